/** The model's process is killed over every question for a while: talks get the filter's answer, it backs off, comes back, and leaves nothing. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EngineProcess } from '../../src/engine/process/engine-process.ts';
import { TalkingHouse } from '../conversation/talking.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { callsOf, faultHostUrl, planFaults } from '../support/fault-host.ts';
import { ask } from '../support/prompts.ts';

let folder: string;
let house: TalkingHouse;
let engine: EngineProcess;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chatreid-engine-killed-'));
  house = await TalkingHouse.build();
  engine = new EngineProcess({ model: folder, module: faultHostUrl, backoffMs: 20 });
});
afterAll(async () => {
  await house.remove();
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Of this process that are there, the dead ones that nobody has taken leave of among them. */
function children(): string[] {
  const list = `/proc/self/task/${process.pid}/children`;
  return existsSync(list) ? readFileSync(list, 'utf8').split(' ').filter(Boolean) : [];
}

const resources = () => process.getActiveResourcesInfo().filter((name) => /Pipe|Process/.test(name)).length;

test('talks go on without it, and with it again', async () => {
  const prompt = ask('Is it the same person?');
  await engine.score([prompt], ['Yes', 'No']);
  const before = { children: children().length, resources: resources() };
  planFaults(folder, [{ on: 'score', act: 'kill', stays: true }]);
  const talk = await house.talk({ engine });
  for (const [at, word] of ['alpha', 'delta', 'golf'].entries()) {
    const reply = await talk.say(word);
    // The filter's own page, then a sentence that says why it is no more than that; what was shown can be spoken of still.
    const page = talk.delivered.find(({ to, stage }) => to === reply.to && stage === 'first');
    expect(page?.answer?.result.mode).toBe('filter');
    expect((await talk.state()).shown).toEqual(page?.answer?.cards.map(({ pictureId }) => pictureId));
    expect(reply.error).toMatchObject({ code: 'ENGINE_CRASHED', next: expect.stringMatching(/Ask again/) });
    // Two for each question: the first, and the one that tried it again.
    expect((await engine.stats()).restarts).toBeLessThanOrEqual(2 * (at + 1));
  }
  expect(callsOf(folder).filter((call) => call === 'openEngine').length).toBeGreaterThan(4);

  rmSync(join(folder, 'faults'), { recursive: true, force: true });
  const expected = await new FakeEngine().score([prompt], ['Yes', 'No']);
  expect(await engine.score([prompt], ['Yes', 'No'])).toEqual(expected);
  const reply = await talk.say('kilo');
  expect(reply.answer?.result.mode).not.toBe('filter');
  expect((await talk.state()).clues.map(({ words }) => words)).toEqual(['alpha', 'delta', 'golf', 'kilo']);
  expect(children()).toHaveLength(before.children);
  expect(resources()).toBeLessThanOrEqual(before.resources);
});
