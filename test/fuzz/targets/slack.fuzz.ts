/** What Slack delivers: an event for us that is whole, or none. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readIncoming } from '../../../adapters/slack/incoming.ts';
import { cut, escaped, writtenText } from '../../../adapters/slack/mrkdwn.ts';
import { actsOfView, viewErrors } from '../../../adapters/slack/submitted-view.ts';
import { readActs } from '../../../adapters/act-schema.ts';
import { packageRoot } from '../../../src/foundation/package-root.ts';
import { hold, jsonOf } from '../invariants.ts';

export const runs = 3000;

/** Bodies as they were recorded. */
export async function seeds(): Promise<string[]> {
  const folder = join(packageRoot(), 'test', 'adapters', 'slack', 'payloads');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const { deliver } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { deliver: unknown[] };
      return deliver.map((body) => (typeof body === 'string' ? body : JSON.stringify(body)));
    })
    .filter((body) => body.length <= 4096);
}

const me = { team: 'T0SITE', botUserId: 'U0BOT', botId: 'B0BOT' };

export async function fuzz(data: Buffer): Promise<void> {
  const text = data.toString('utf8');
  const shown = escaped(text);
  hold(!/[<>]/.test(shown), 'words of people call nobody');
  hold(cut(shown, 100).length <= 100, 'text is as long as it may be');
  writtenText(text, me.botUserId);
  const incoming = readIncoming(jsonOf(data), me);
  if (!incoming) return;
  hold(
    !('id' in incoming) || (typeof incoming.id === 'string' && incoming.id !== ''),
    'what is kept has an id',
  );
  if ('by' in incoming) hold(typeof incoming.by.user === 'string', 'somebody did it');
  if (incoming.kind === 'message') hold(incoming.by.user !== me.botUserId, 'the bot does not hear itself');
  if (incoming.kind !== 'submitted') return;
  const errors = viewErrors(incoming.view);
  if (errors) return;
  const acts = actsOfView(incoming.view);
  const short = acts.every((act) => JSON.stringify(act).length < 1000 && !JSON.stringify(act).includes('""'));
  if (short)
    hold(readActs(JSON.stringify(acts), 'UTC').length === acts.length, 'a form holds acts by the schema');
}
