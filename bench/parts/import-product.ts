/** The importer as the command line composes it: the embedded store here, the filter in a child. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pictureEncoder } from '../../src/cli/registering.ts';
import { EngineProcess } from '../../src/engine/process/engine-process.ts';
import { EmbeddedGalleryStore } from '../../src/gallery/embedded-store.ts';
import { importPictures } from '../../src/gallery/importer.ts';
import type { PartFigures, PartOptions } from '../part.ts';
import { peakMemoryOf } from '../peak-memory.ts';
import { shippedModel } from '../random-model.ts';

/** @param options `argument`: the folder that has `pictures/` */
export async function run({ argument = '' }: PartOptions): Promise<PartFigures> {
  const home = await mkdtemp(join(argument, 'product-'));
  const engine = new EngineProcess({ model: shippedModel, device: 'cpu' });
  const store = await EmbeddedGalleryStore.open(home);
  try {
    const encoder = await pictureEncoder(engine);
    const start = performance.now();
    const report = await importPictures({
      store,
      gallery: 'bench',
      sources: [join(argument, 'pictures')],
      encoder,
    });
    const seconds = (performance.now() - start) / 1000;
    const [failure] = report.failed;
    if (failure || report.encoded !== report.added || report.added === 0) {
      throw new Error(`The import is not whole: ${failure?.message ?? `${report.encoded} encoded`}`);
    }
    const bytes = peakMemoryOf(engine.pid);
    return {
      figures: [{ name: 'importPictures', unit: 'pictures/s', samples: [report.added / seconds] }],
      memory: bytes === undefined ? [] : [{ process: 'import-product, engine child', bytes }],
    };
  } finally {
    await store.close();
    await engine.close();
    await rm(home, { recursive: true, force: true });
  }
}
