/** A detector without a model: says of every picture what it was told to. */
import { inspectPicture } from '../../../src/foundation/picture.ts';
import type { PeopleFound, PersonBox } from '../../../src/foundation/person-box.ts';
import type { Detector } from '../../../src/gallery/people/detector.ts';

export class StubDetector implements Detector {
  constructor(private readonly boxes: readonly PersonBox[]) {}

  async detect(bytes: Uint8Array): Promise<PeopleFound> {
    const { width, height } = await inspectPicture(bytes);
    return { width, height, people: this.boxes.map((box, at) => ({ box, score: 0.9 - at / 100 })) };
  }

  async close(): Promise<void> {}
}
