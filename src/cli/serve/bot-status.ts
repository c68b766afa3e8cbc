/** What is running, as sentences that anybody in a channel may read: the model, the galleries. */
import type { Composition } from '../composition.ts';
import { counted } from '../output.ts';

/** @param gallery of talks that name none */
export async function botStatus(parts: Composition, gallery: string): Promise<readonly string[]> {
  const engine = await parts.engine();
  const [store, model] = await Promise.all([parts.store(), engine?.describe().catch(() => undefined)]);
  const galleries = await store.galleries();
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
