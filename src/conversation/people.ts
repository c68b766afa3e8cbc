/** The PeopleCutter seam: a picture as sent to the people in it. Optional: without one every picture is taken as a crop. */

export interface CutPerson {
  /** An encoded picture of this one person. */
  readonly bytes: Uint8Array;
  /** Pixels in the upright picture. */
  readonly box: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
}

/**
 * People from left to right. An empty list says that the picture is a crop of one person already (or shows nobody that
 * can be told apart): it is searched with as it is.
 *
 * @param bytes a picture that was opened before: upright, without metadata
 */
export type PeopleCutter = (bytes: Uint8Array, signal?: AbortSignal) => Promise<readonly CutPerson[]>;
