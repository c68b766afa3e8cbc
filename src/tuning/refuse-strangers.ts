/** The last guard: no picture of anybody who is not on the roster, so none of who is held out, leaves the engine. */
import { ChatReidError } from '../foundation/error.ts';
import type { Roster } from './roster.ts';
import type { TuningRecord } from './tuning-record.ts';

const known = new WeakMap<Roster, ReadonlySet<string>>();

/** @throws ChatReidError INTERNAL naming the picture */
export function refuseStrangers(record: TuningRecord, roster: Roster): void {
  let paths = known.get(roster);
  if (paths === undefined) {
    paths = new Set(roster.pictures.map(({ path }) => path));
    known.set(roster, paths);
  }
  const stranger = record.images.find((path) => !paths.has(path));
  if (stranger === undefined) return;
  throw new ChatReidError(
    'INTERNAL',
    `Record ${record.id} shows ${stranger}, which is not among the people to train on.`,
    'Nothing was written. Report this with the command that you ran.',
  );
}
