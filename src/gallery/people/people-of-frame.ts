/** A camera frame that is registered: every person in it is a picture of its own, with the frame's camera and time. */
import { pictureId } from '../../foundation/picture.ts';
import type { PictureRecord } from '../gallery-store.ts';
import { cutPeople } from './cut-people.ts';
import type { Detector } from './detector.ts';

/** A picture that can be registered. */
export interface PreparedPicture {
  readonly record: PictureRecord;
  readonly bytes: Uint8Array;
}

/**
 * A crop comes back as it is. People of a frame are named `frame.jpg#2`, from left to right; what a source says of one
 * person (who it is, the caption, the tags) is true of nobody in a frame with several.
 *
 * @returns an empty list where the frame shows nobody
 */
export async function peopleOfFrame(
  detector: Detector,
  frame: PreparedPicture,
  signal?: AbortSignal,
): Promise<PreparedPicture[]> {
  const cut = await cutPeople(detector, frame.bytes, signal ? { signal } : {});
  if (cut.kind === 'crop') return [frame];
  const { personId: _p, caption: _c, tags: _t, ...shared } = frame.record;
  const known = cut.people.length === 1 ? frame.record : shared;
  return cut.people.map(({ bytes, box }, at) => ({
    bytes,
    record: {
      ...known,
      pictureId: pictureId(bytes),
      source: `${frame.record.source}#${at + 1}`,
      width: box.width,
      height: box.height,
    },
  }));
}
