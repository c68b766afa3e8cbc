/** The Detector seam: an encoded picture to the people in it. */
import type { PeopleFound } from '../../foundation/person-box.ts';

export interface Detector {
  /**
   * Of one person there is one box, and a picture without people has none. The same bytes give the same boxes.
   *
   * @throws ChatReidError PICTURE_* for what cannot be opened, CANCELLED, ENGINE_CLOSED
   */
  detect(bytes: Uint8Array, options?: { readonly signal?: AbortSignal }): Promise<PeopleFound>;

  /** May be called twice. */
  close(): Promise<void>;
}
