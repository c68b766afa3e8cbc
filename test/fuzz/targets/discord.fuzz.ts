/** What Discord delivers: a plan that is whole, or a sentence for who asked. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ActCodes } from '../../../adapters/discord/act-code.ts';
import { cut, escaped } from '../../../adapters/discord/markdown.ts';
import { interactionSchema, messageSchema } from '../../../adapters/discord/payloads.ts';
import { planOf } from '../../../adapters/discord/plan.ts';
import { TalkPlaces } from '../../../adapters/discord/talk-places.ts';
import { takenOf } from '../../../adapters/discord/taken.ts';
import { Journal } from '../../../adapters/journal.ts';
import { packageRoot } from '../../../src/foundation/package-root.ts';
import { memoryShelves } from '../../adapters/memory-shelf.ts';
import { hold, jsonOf, onlyOurs } from '../invariants.ts';

export const runs = 1500;

/** Payloads as they were recorded. */
export async function seeds(): Promise<string[]> {
  const folder = join(packageRoot(), 'test', 'adapters', 'discord', 'payloads');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const { payload } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { payload: unknown };
      return JSON.stringify(payload) ?? '';
    })
    .filter((body) => body !== '' && body.length <= 4096);
}

const journal = new Journal('discord', memoryShelves());
const parts = {
  codes: new ActCodes(journal),
  places: new TalkPlaces(journal),
  timeZone: 'Europe/Berlin',
  now: () => new Date('2026-11-24T12:00:00Z'),
};

export async function fuzz(data: Buffer): Promise<void> {
  const text = data.toString('utf8');
  hold(!/(^|[^\\])[*_~`|<@]/.test(escaped(text)), 'words of people are no markup and call nobody');
  hold(cut(escaped(text), 100).length <= 100, 'text is as long as it may be');
  const value = jsonOf(data);
  messageSchema.safeParse(value);
  takenOf(value);
  const interaction = interactionSchema.safeParse(value).data;
  if (!interaction) return;
  const plan = await onlyOurs(() => planOf(interaction, parts), /^(REQUEST_INVALID|OPTION_INVALID)$/);
  if (!plan || !('asked' in plan)) return;
  const { attachments, acts } = plan.asked;
  hold(
    attachments.every(({ url, filename }) => typeof url === 'string' && typeof filename === 'string'),
    'attachments are attachments',
  );
  hold(
    acts.every((act) => typeof act.act === 'string'),
    'acts are acts',
  );
}
