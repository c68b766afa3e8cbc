/** Commands of which the audit trail knows: what is done to a gallery, and what is asked of it. */
import { createHash } from 'node:crypto';
import { userInfo } from 'node:os';
import { asChatReidError, ChatReidError } from '../../foundation/error.ts';
import type { AuditEvent, AuditKind } from '../../trust/audit-event.ts';
import { recentEvents } from '../../trust/audit-recent.ts';
import type { Json } from '../../trust/canonical-json.ts';
import type { Search } from '../search-report.ts';
import type { Work } from '../shell.ts';
import type { Composition } from '../composition.ts';
import { modelChange } from './model-change.ts';
import { modelChecksum } from './model-checksum.ts';

/** So many pictures are named one by one; more by one hash over their ids. */
const namedPictures = 1000;

/** Mistakes of typing: nothing was asked of any gallery yet. */
const mistyped: ReadonlySet<string> = new Set(['OPTION_INVALID', 'QUERY_EMPTY']);

type Facts = NonNullable<AuditEvent['facts']>;

export interface Doing {
  readonly kind: AuditKind;
  readonly facts: Facts;
  /** File names and the like: what they say may name a person. */
  readonly words?: Json;
  /** Default: the command line. */
  readonly platform?: string;
  /** `web:alice`; by default whoever this process belongs to. */
  readonly user?: string;
}

/**
 * Recorded before it is begun, and with what came of it; where it cannot be recorded it is not begun.
 *
 * @param outcome what is known when it is done
 * @throws ChatReidError AUDIT_UNAVAILABLE, AUDIT_DAMAGED, and what the work throws, which is recorded as a denial
 */
export async function recordedAction<Result>(
  parts: Composition,
  doing: Doing,
  run: () => Promise<Result>,
  outcome: (result: Result) => Facts,
): Promise<Result> {
  const trail = await parts.audit();
  if (!trail) return run();
  const { kind, facts, words } = doing;
  const personal = words === undefined ? {} : { personal: { words } };
  const { platform, user } = doing;
  const who = platform !== undefined && user !== undefined ? { platform, user } : whoseDoing(platform);
  const [begun] = await trail.record({ ...who, kind, facts: { ...facts, stage: 'begun' }, ...personal });
  let result: Result;
  try {
    result = await run();
  } catch (error) {
    const { code } = asChatReidError(error, 'running the command');
    await trail.record({ ...who, kind: 'denial', facts: { of: kind, begun, code } }).catch(() => undefined);
    throw error;
  }
  await trail.record({ ...who, kind, facts: { ...facts, ...outcome(result), stage: 'done', begun } });
  return result;
}

/** What refuses a look-up of the command line is recorded; a mistake of typing is none. */
export async function recordedAsking(
  { parts }: Work,
  facts: Facts,
  words: Json,
  ask: () => Promise<void>,
): Promise<void> {
  // Opened first: where nothing can be recorded, nothing is searched.
  const trail = await parts.audit();
  try {
    await ask();
  } catch (error) {
    const { code } = asChatReidError(error, 'asking');
    if (trail && !mistyped.has(code) && !isOfTheTrail(error)) {
      const denial = { ...whoseDoing(), kind: 'denial' as const, facts: { ...facts, code } };
      await trail.record({ ...denial, personal: { words } }).catch(() => undefined);
    }
    throw error;
  }
}

/** Before anything of it is printed. @param sheet whether it is drawn too */
export async function recordSearch(
  { parts }: Work,
  { gallery, query, scope, result }: Search,
  words: Json,
  sheet: boolean,
): Promise<void> {
  const trail = await parts.audit();
  if (!trail) return;
  const who = whoseDoing();
  const model = await modelChecksum(parts);
  const shown = result.ranking.map(({ rank, record }) => [rank, record.pictureId] as const);
  const { cameras, places, after, before } = scope;
  const facts = {
    acts: ['ask'],
    gallery,
    cameras,
    places,
    after: after?.toISOString(),
    before: before?.toISOString(),
    query: {
      pictures: query.pictures.map(({ id }) => id),
      negatives: query.negatives.map(({ id }) => id),
    },
    shown,
    decision: result.decision,
    mode: result.mode,
    model,
  };
  const pictures = shown.map(([, pictureId]) => pictureId);
  await trail.record(
    ...modelChange(recentEvents(trail.folder), model),
    { ...who, kind: 'lookup', facts, personal: { words } },
    ...(sheet ? [{ ...who, kind: 'view' as const, facts: { what: 'sheet', pictures } }] : []),
  );
}

/** Ids as facts, also where they are a whole gallery's. */
export function pictureFacts(ids: readonly string[]): Facts {
  if (ids.length <= namedPictures) return { count: ids.length, pictures: ids };
  const sha256 = createHash('sha256')
    .update([...ids].sort().join('\n'))
    .digest('hex');
  return { count: ids.length, picturesSha256: sha256 };
}

export function whoseDoing(platform = 'command-line'): { readonly platform: string; readonly user?: string } {
  if (platform !== 'command-line') return { platform, user: `${platform}:local` };
  try {
    return { platform, user: `${platform}:${userInfo().username}` };
  } catch {
    // An account without a name, as containers have.
    return { platform, user: `${platform}:${process.getuid?.() ?? 'unknown'}` };
  }
}

function isOfTheTrail(error: unknown): boolean {
  return error instanceof ChatReidError && error.code.startsWith('AUDIT_');
}
