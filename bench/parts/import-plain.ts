/** What anybody would write first: read, hash, decode, encode and store one picture after the other, in one process. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OnnxEncoder } from '../../src/engine/onnx-encoder.ts';
import { inspectPicture, pictureFromFile, readPicture } from '../../src/foundation/picture.ts';
import { EmbeddedGalleryStore } from '../../src/gallery/embedded-store.ts';
import type { PartFigures, PartOptions } from '../part.ts';
import { shippedModel } from '../random-model.ts';

/** @param options `argument`: the folder that has `pictures/` */
export async function run({ argument = '' }: PartOptions): Promise<PartFigures> {
  const home = await mkdtemp(join(argument, 'plain-'));
  const encoder = await OnnxEncoder.open({ model: shippedModel, device: 'cpu' });
  const store = await EmbeddedGalleryStore.open(home);
  try {
    const { space } = await encoder.describeEncoder();
    const folder = join(argument, 'pictures');
    const start = performance.now();
    const names = await readdir(folder);
    for (const name of names) {
      const picture = await pictureFromFile(join(folder, name));
      const bytes = await readPicture(picture);
      const { width, height } = await inspectPicture(bytes);
      const record = { pictureId: picture.id, source: name, width, height };
      await store.add('bench', [{ record, bytes }]);
      const [vector] = await encoder.encodePictures([picture]);
      if (!(vector instanceof Float32Array)) throw vector ?? new Error('There is no vector.');
      await store.addVectors(space, [{ pictureId: picture.id, vector }]);
    }
    const seconds = (performance.now() - start) / 1000;
    return {
      figures: [{ name: 'plain loop', unit: 'pictures/s', samples: [names.length / seconds] }],
    };
  } finally {
    await store.close();
    await encoder.close();
    await rm(home, { recursive: true, force: true });
  }
}
