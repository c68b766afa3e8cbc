/** What is running, as sentences that anybody in a channel may read: the model, the galleries. */
import type { GalleryStore } from '../../gallery/gallery-store.ts';
import type { Composition } from '../composition.ts';
import { counted } from '../output.ts';

/** @param store as who asks may see it. @param gallery of talks that name none */
export async function botStatus(
  parts: Pick<Composition, 'engine'>,
  store: Pick<GalleryStore, 'galleries'>,
  gallery: string,
): Promise<readonly string[]> {
  const engine = await parts.engine();
  const [galleries, model] = await Promise.all([
    store.galleries(),
    engine?.describe().catch(() => undefined),
  ]);
  const line = model
    ? `The language model ${model.name} compares candidates, on ${model.device}.`
    : 'No language model is in use: candidates are ranked by the filter alone.';
  return [
    line,
    ...galleries.map(({ name, pictures, cameras }) => {
      const own = name === gallery ? ', where searches begin' : '';
      return `Gallery ${name}: ${counted(pictures, 'picture')} of ${counted(cameras.length, 'camera')}${own}.`;
    }),
  ];
}
