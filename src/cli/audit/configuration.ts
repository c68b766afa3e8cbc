/** A service that starts with another configuration than last time is recorded: the hash of now and of before. */
import { createHash } from 'node:crypto';
import { lastEntry } from '../../trust/audit-entries.ts';
import { canonicalJson, type Json } from '../../trust/canonical-json.ts';
import type { Work } from '../shell.ts';
import { modelChecksum } from './model-checksum.ts';
import { whoseDoing } from './recorded-command.ts';

/**
 * @param service `serve` or `web`: each is compared with its own last start
 * @param config without secrets; what of it is undefined is left out
 */
export async function recordConfiguration(
  { parts, settings }: Work,
  service: string,
  config: unknown,
  facts: Readonly<Record<string, Json | undefined>>,
): Promise<void> {
  const trail = await parts.audit();
  if (!trail) return;
  const { device, timeZone, remote } = settings;
  const model = await modelChecksum(parts);
  const whole = { config, device, timeZone, engine: remote?.url, model };
  const sha256 = createHash('sha256').update(canonicalJson(whole)).digest('hex');
  const last = lastEntry(trail.folder, { kind: 'configuration' }, ({ event }) => event.service === service);
  const before = last?.event.config;
  if (before === sha256) return;
  await trail.record({
    ...whoseDoing(),
    kind: 'configuration',
    facts: { ...facts, service, config: sha256, before: before ?? null, device, timeZone, model },
  });
}
