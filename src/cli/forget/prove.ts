/** The proof that nothing is left: every byte of the home folder, and every entry of a state that is kept elsewhere. */
import { ByteScanner } from '../../trust/forget/byte-scanner.ts';
import type { Fingerprint } from '../../trust/forget/fingerprint.ts';
import type { ForgetOrder } from '../../trust/forget/forget-order.ts';
import { HomeScan, type ScanReport } from '../../trust/forget/scan-home.ts';
import { type ForgetTools, inEachGallery } from './forget-tools.ts';
import type { OpenPlace } from './mark-pictures.ts';
import { shelfNames } from './talk-pass.ts';

const page = 500;

/** @throws ChatReidError STORAGE_*, STATE_UNREACHABLE, CANCELLED */
export async function prove(
  tools: ForgetTools,
  order: ForgetOrder,
  signal?: AbortSignal,
): Promise<ScanReport> {
  const scan = new HomeScan(order, signal);
  await scan.folder(tools.home.root);
  // Those of the home's own are in a file there: read as entries too, where no page of a database lies between two halves.
  const storage = await tools.storage();
  for (const name of shelfNames) {
    for await (const { key, value } of storage[name].entries()) {
      scan.text({ where: `${name} ${key}`, text: `${key}\n${JSON.stringify(value)}` });
    }
  }
  const embeddings = scan.found.filter(({ kind }) => kind === 'embedding');
  if (embeddings.length > 0) {
    await inEachGallery(tools, async (open) => {
      for (const needle of await embeddingsThatStay(open, order, embeddings)) scan.share(needle);
    });
  }
  return scan.report();
}

/** Two pictures may have the same embedding: that of one that stays is not one that was left. */
async function embeddingsThatStay(
  { store }: OpenPlace,
  order: ForgetOrder,
  needles: readonly Fingerprint[],
): Promise<ReadonlySet<Fingerprint>> {
  const scanner = new ByteScanner(order.salt, needles);
  const gone = new Set(order.pictures);
  const found = new Set<Fingerprint>();
  for (const { name, spaces } of await store.galleries()) {
    for (let offset = 0; ; offset += page) {
      const ids = (await store.list(name, { offset, limit: page })).map(({ pictureId }) => pictureId);
      const others = ids.filter((id) => !gone.has(id));
      for (const { space } of spaces) {
        for (const vector of await store.vectors(space, others)) {
          if (!vector) continue;
          const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
          for (const { needle } of scanner.scan(bytes)) found.add(needle);
        }
      }
      if (ids.length < page) break;
    }
  }
  return found;
}
