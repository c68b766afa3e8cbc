/** `chatreid evaluate` from the command line to its one JSON document. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateCommand } from '../../src/cli/commands/evaluate.ts';
import type { LocalModel } from '../../src/cli/composition.ts';
import { Shell } from '../../src/cli/shell.ts';
import { calibrationNumbers } from '../support/calibration-numbers.ts';
import { ColourEncoder, drawMarket } from './datasets/drawn-market.ts';

/** A model folder that names a filter; the encoder behind it is the colours. */
const manifest = {
  filter: {
    ...calibrationNumbers,
    dimension: 3,
    image: { file: 'onnx/filter_image.onnx', width: 8, height: 16 },
    tau: { image: 0.97 },
  },
};

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'chatreid-evaluate-'));
  await drawMarket(join(root, 'market'));
  await writeFile(join(root, 'chatreid.json'), JSON.stringify(manifest));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function run(
  ...argv: string[]
): Promise<{ exitCode: number; stdout: string; stderr: string; closed: boolean }> {
  let closed = false;
  const colours = new ColourEncoder();
  const unused = async (): Promise<never> => {
    throw new Error('Not part of this test.');
  };
  const model: LocalModel = {
    describeEncoder: () => colours.describeEncoder(),
    encodePictures: (pictures) => colours.encodePictures(pictures),
    encodeTexts: unused,
    describe: unused,
    score: unused,
    // biome-ignore lint/correctness/useYield: it has nothing to say here
    generate: async function* () {
      await unused();
    },
    stats: unused,
    close: async () => {
      closed = true;
    },
  };
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const shell = new Shell({
    stdin: Readable.from([]),
    stdout,
    stderr,
    env: { CHATREID_HOME: join(root, 'home'), CHATREID_MODEL: root },
    signal: new AbortController().signal,
    makers: { localModel: async () => model },
  });
  await evaluateCommand(shell).parseAsync(argv, { from: 'user' });
  stdout.end();
  stderr.end();
  return { exitCode: shell.exitCode, stdout: await text(stdout), stderr: await text(stderr), closed };
}

describe('chatreid evaluate', () => {
  it('prints one document with the metrics as fractions, and closes the model', async () => {
    const { exitCode, stdout, closed } = await run(
      ...['market1501', '--data', join(root, 'market'), '--allow-partial', '--json'],
    );
    expect(exitCode).toBe(0);
    expect(closed).toBe(true);
    const report = JSON.parse(stdout) as Record<string, unknown> & { cmc: number[] };
    expect(report).toMatchObject({
      benchmark: 'market1501',
      queries: 25,
      gallery: 27,
      tau: 0.97,
      partial: true,
    });
    expect(report.cmc).toHaveLength(27);
    for (const name of ['mAP', 'mINP', 'rank1', 'rank5', 'rank10', 'filterCeiling', 'keptShare']) {
      expect(report[name], name).toBeGreaterThanOrEqual(0);
      expect(report[name], name).toBeLessThanOrEqual(1);
    }
    expect(report.rank1).toBe(report.cmc[0]);
  });

  it('tells people the same, and that a part is a part', async () => {
    const { exitCode, stdout, stderr } = await run(
      ...['market1501', '--data', join(root, 'market'), '--allow-partial', '--tau', '0.5'],
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/25 queries, 27 gallery pictures/);
    expect(stdout).toMatch(/mAP +Rank-1 +Rank-5 +Rank-10 +mINP/);
    expect(stdout).toMatch(/Filter at τ 0\.500: keeps \d+\.\d % of the gallery/);
    expect(stderr).toMatch(/not comparable.*\n.*25 pictures in query instead of 3368/);
  });

  it.each([
    [['market1502', '--data', '.'], 'OPTION_INVALID', /no benchmark "market1502"/],
    [
      ['market1501', '--data', '.', '--mode', 'pairwise'],
      'OPTION_INVALID',
      /cannot be measured in mode pairwise/,
    ],
    [['market1501', '--data', '.', '--mode', 'best'], 'OPTION_INVALID', /no mode "best"/],
    [['market1501', '--data', '/nowhere/at/all'], 'DATASET_INVALID', /\/nowhere\/at\/all/],
    [['market1501', '--data', '.', '--model', '/nowhere'], 'MODEL_MISSING', /\/nowhere/],
  ])('refuses %j', async (argv, code, message) => {
    const { exitCode, stdout } = await run(...argv, '--json');
    expect(exitCode).toBe(code === 'OPTION_INVALID' ? 2 : 1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code, message: expect.stringMatching(message) } });
  });

  it('refuses a part that was not allowed, naming the counts', async () => {
    const { stdout } = await run('market1501', '--data', join(root, 'market'), '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        code: 'DATASET_INVALID',
        message: expect.stringContaining('25 pictures in query instead of 3368'),
      },
    });
  });
});
