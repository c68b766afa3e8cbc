/** Ids of Discord's buttons, and acts as buttons of Slack and forms of the page have them: an act by the schema, or none. */
import { readActs } from '../../../adapters/act-schema.ts';
import { codeOf, decoded } from '../../../adapters/discord/act-code.ts';
import { actOfValue } from '../../../adapters/slack/button-act.ts';
import { hold, onlyOurs } from '../invariants.ts';

export const runs = 4000;

export async function seeds(): Promise<string[]> {
  const id = 'a'.repeat(64);
  return [
    ...[
      '1m',
      '1z',
      '1w',
      '1p.2',
      '1ay.top=red',
      '1l0.red cap',
      '1x.r1.r2',
      '1s.q',
      '1u.r3',
      '1c.r1.q',
      '1v.r1.r2',
    ],
    `1u.${Buffer.from(id, 'hex').toString('base64url')}`,
    '1k.abcdefghijklmnopqrstuvwxyzABCDEF',
    `[{"act":"clue","words":"red cap","traits":[{"name":"top","value":"red","present":true}]}]`,
    `[{"act":"exclude","pictures":[{"rank":1},{"pictureId":"${id}"}]},{"act":"more"}]`,
    '[{"act":"constrain","cameras":["3"],"after":"2026-05-12T16:00","before":"2026-05-12T18:00:00Z"}]',
    '[{"act":"register","pictures":[{"attachment":0}],"person":"p"},{"act":"__proto__"}]',
    '{"act":"verify","first":{"rank":1},"second":{"query":true}}',
    '[{"act":"answer","value":"yes"},{"act":"case","purpose":"x"},{"act":"unclear","hint":"y"}]',
  ];
}

export async function fuzz(data: Buffer): Promise<void> {
  const text = data.toString('utf8');
  const act = decoded(text);
  if (act) {
    const code = codeOf(act);
    hold(code === undefined || code.length <= 100, 'a code fits into an id');
    if (code !== undefined) {
      hold(JSON.stringify(decoded(code)) === JSON.stringify(act), 'a code means the act that it was made of');
    }
  }
  const acts = await onlyOurs(() => readActs(text, 'Europe/Berlin'), /^REQUEST_INVALID$/);
  if (acts) {
    hold(acts.length <= 50, 'acts are few');
    const again = readActs(JSON.stringify(acts), 'Europe/Berlin');
    hold(JSON.stringify(again) === JSON.stringify(acts), 'acts that are read are acts by the schema');
  }
  await onlyOurs(
    () => actOfValue(text, async () => JSON.parse('{"act":"more"}'), 'UTC'),
    /^REQUEST_INVALID$/,
  );
}
