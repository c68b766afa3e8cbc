/** Which model an answer is of: one hash over all that it depends on. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../trust/canonical-json.ts';
import type { Composition } from '../composition.ts';
import { withoutCredentials } from '../redaction.ts';

/** SHA-256 over the checksums of the filter and of the language model, or the address of the server in its place. */
export async function modelChecksum(parts: Composition): Promise<string> {
  const { remote } = parts.settings;
  const { space } = await (await parts.encoder()).describeEncoder();
  const language = remote
    ? { url: withoutCredentials(remote.url), model: remote.model }
    : await languageChecksum(parts);
  return createHash('sha256')
    .update(canonicalJson({ filter: space, language }))
    .digest('hex');
}

/** What chatreid.json lists says which files they are without reading gigabytes; foreign weights list nothing. */
async function languageChecksum(parts: Composition): Promise<string | null> {
  const folder = await parts.modelFolder();
  if (!folder.hasLanguageModel) return null;
  const listed = canonicalJson(folder.manifest.checksums);
  if (listed !== '{}') return createHash('sha256').update(listed).digest('hex');
  return folder.languageModelChecksum(await folder.languageModel());
}
