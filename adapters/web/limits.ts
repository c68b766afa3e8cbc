/** What one request may bring, as data: the page reads it too, so that a person hears of it before an upload. */
import { pictureLimits } from '../../src/foundation/picture.ts';

export interface WebLimits {
  /** Pictures in one message, or in one request that fills a gallery. */
  readonly pictures: number;
  readonly bytesPerPicture: number;
  /** All of a request together. */
  readonly bytesPerRequest: number;
  /** Characters of one message. */
  readonly textLength: number;
}

export const webLimits: WebLimits = {
  pictures: 20,
  bytesPerPicture: pictureLimits.bytes,
  bytesPerRequest: 128 * 1024 * 1024,
  textLength: 100_000,
};
