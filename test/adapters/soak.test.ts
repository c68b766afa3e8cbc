/** A short soak of both platforms: the bot is killed at twenty points, nothing is lost, nothing doubled. `npm run soak` draws hundreds. */
import { afterAll, expect, test } from 'vitest';
import { DiscordSide } from '../../bench/soak/discord-side.ts';
import { SlackSide } from '../../bench/soak/slack-side.ts';
import { soak } from '../../bench/soak/soak.ts';
import { failures, soakTable } from '../../bench/soak/soak-table.ts';
import type { SoakSide } from '../../bench/soak/soak-side.ts';

const sides: SoakSide[] = [];
afterAll(() => Promise.all(sides.map((side) => side.stop())));

test('killed twenty times, everything is answered, and once', { timeout: 900_000 }, async () => {
  sides.push(await SlackSide.start(), await DiscordSide.start());
  const report = await soak({ points: 20, seed: 20, sides });
  expect(failures(report), soakTable(report)).toEqual([]);
  const { write, call, time, idle } = report.kills;
  expect(write + call + time + idle).toBe(20);
  // The bot was at work when it was killed, most of the time.
  expect(write + call).toBeGreaterThan(5);
  expect(report.said).toBeGreaterThan(20);
});
