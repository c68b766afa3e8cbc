/** A service that starts with another configuration than last time is recorded: the hash of now and of before, and which keys differ. */
import { hash } from 'node:crypto';
import { lastEntry } from '../../trust/audit-entries.ts';
import { canonicalJson, type Json } from '../../trust/canonical-json.ts';
import { withoutCredentials } from '../redaction.ts';
import type { Work } from '../shell.ts';
import { modelChecksum } from './model-checksum.ts';
import { whoseDoing } from './recorded-command.ts';

type Keys = Readonly<Record<string, string>>;

/** Digits of a hash that tell one value of a key from another. */
const shortHash = 12;

/**
 * @param service `serve` or `web`: each is compared with its own last start
 * @param config without secrets; what of it is undefined is left out
 */
export async function recordConfiguration(
  { parts, settings }: Work,
  service: string,
  config: Readonly<Record<string, unknown>>,
  facts: Readonly<Record<string, Json | undefined>>,
): Promise<void> {
  const trail = await parts.audit();
  if (!trail) return;
  const { device, timeZone, remote } = settings;
  const model = await modelChecksum(parts);
  // Without the password: who guesses one must not find it confirmed by a hash.
  const keys = keysOf({
    ...config,
    device,
    timeZone,
    engine: remote && withoutCredentials(remote.url),
    model,
  });
  const sha256 = hash('sha256', canonicalJson(keys));
  const last = lastEntry(trail.folder, { kind: 'configuration' }, ({ event }) => event.service === service);
  const before = last?.event.config;
  if (before === sha256) return;
  await trail.record({
    ...whoseDoing(),
    kind: 'configuration',
    facts: {
      ...facts,
      service,
      config: sha256,
      before: before ?? null,
      ...(last ? { changed: changedKeys((last.event.keys ?? {}) as Keys, keys) } : {}),
      keys,
      device,
      timeZone,
      model,
    },
  });
}

/** `slack.allowTeams`: short hashes of the values, so that the next start can say which of them changed. */
function keysOf(config: Readonly<Record<string, unknown>>, path = ''): Keys {
  const keys = Object.entries(config).flatMap(([key, value]): [string, string][] => {
    if (value === undefined) return [];
    const here = `${path}${key}`;
    const isSection = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isSection) return Object.entries(keysOf(value as Record<string, unknown>, `${here}.`));
    return [[here, hash('sha256', canonicalJson(value)).slice(0, shortHash)]];
  });
  return Object.fromEntries(keys);
}

function changedKeys(before: Keys, now: Keys): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((key) => before[key] !== now[key])
    .sort();
}
