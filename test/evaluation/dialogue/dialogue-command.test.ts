/** `chatreid evaluate dialogue` from the command line, over pictures whose likenesses and attributes are known. */
import { beforeAll, expect, test } from 'vitest';
import type { DialogueReport } from '../../../src/evaluation/dialogue/dialogue-evaluation.ts';
import { EvaluateFolder, type Failed } from '../evaluate-harness.ts';

const { at, draw, evaluate, json, write } = new EvaluateFolder();

/** A hat is red, none is green: the probes read it off the colour that the encoder gives. */
const hats = {
  version: 1,
  filter: 'sha256:0',
  dimension: 3,
  evidence: { image: 1, text: 1, mixed: 1 },
  attributes: {
    hat: {
      values: ['no', 'yes'],
      heldOut: 1,
      share: [0.6, 0.4],
      scale: [0.1, 0.1],
      bias: [0, 0],
      rows: [
        [0, 60, 0],
        [60, 0, 0],
      ].map((row) => Buffer.from(Int8Array.from(row)).toString('base64')),
    },
  },
};
const people = [2, 14, 60, 70, 80];

beforeAll(async () => {
  const lines = ['path,person_id,camera_id,split,clothes_id,tags'];
  for (const [person, degrees] of people.entries()) {
    for (const [camera, split] of ['query', 'gallery'].entries()) {
      const name = `${person}-${split}.png`;
      await draw(name, degrees + camera);
      const tags = person < 2 ? 'hat=cap;bag=none' : `hat=none;bag=${person === 2 ? 'backpack' : 'none'}`;
      lines.push(`${name},${person},${camera},${split},1,${tags}`);
    }
  }
  await write('people.csv', lines.join('\n'));
});

test('without attributes in the model folder it says so', async () => {
  const { exitCode, error } = await json<Failed>(['dialogue', '--data', `manifest=${at('people.csv')}`]);
  expect([exitCode, error.code]).toEqual([1, 'ENGINE_CANNOT']);
  expect(error.next).toContain('attributes.json');
});

test('talks of both kinds, the same with the same seed; the question about the hat brings the hatted forward', async () => {
  await write('model/attributes.json', JSON.stringify(hats));
  const line = [
    'dialogue',
    '--data',
    `manifest=${at('people.csv')}`,
    '--rounds',
    '2',
    '--error',
    '0',
    '--unknown',
    '0',
  ];
  const report = await json<DialogueReport>(line);
  expect(report).toMatchObject({ exitCode: 0, people: 5, gallery: 5, rounds: 2, seed: 0 });
  const [clue, photo] = report.starts;
  // Three have something to tell that not most have: two wear a hat, one carries a backpack.
  expect([clue?.start, clue?.people, photo?.start, photo?.people]).toEqual(['clue', 3, 'photo', 5]);
  for (const { policies } of report.starts) {
    const [information, , none] = policies;
    expect(none!.rank1).toHaveLength(3);
    expect(information!.bri[1]).toBeLessThanOrEqual(none!.bri[1]!);
  }
  expect((await json<DialogueReport>(line)).starts).toEqual(report.starts);

  const { stdout } = await evaluate([...line, '--first', '3', '--start', 'photo']);
  expect(stdout).toContain('the first 3: 3 people, 3 pictures');
  expect(stdout).toMatch(/hits@10 +information/);
  expect(stdout).not.toContain('attributes in words');
});

test.each([
  [['--data', 'nowhere'], 'There are no witnesses for "nowhere".'],
  [['--data', 'market1501=folder'], 'What do the test persons of Market-1501 look like?'],
])('%j: %s', async (options, message) => {
  const { error } = await json<Failed>(['dialogue', ...options]);
  expect([error.code, error.message]).toEqual(['OPTION_INVALID', message]);
});
