/** chatreid tune data: what it writes, refuses and leaves behind. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestSite, testSite } from '../tuning/test-people.ts';
import { chatreid } from './command-line.ts';

let site: TestSite;
beforeAll(async () => {
  site = await testSite();
});
afterAll(() => site.remove());

const tune = (out: string, ...more: string[]) =>
  chatreid(
    [
      ...[
        'tune',
        'data',
        '--data',
        `manifest:site=${site.manifest}`,
        '--attributes',
        `site=${site.attributes}`,
      ],
      ...['--min-height', '32', '--min-sharpness', '0', '--out', join(site.folder, out), ...more],
    ],
    { env: { CHATREID_HOME: join(site.folder, 'home') } },
  );

describe('chatreid tune data', () => {
  it('writes a stage with hard negatives of the filter, and shows what it holds', async () => {
    const ran = await tune('two', '--stage', '2', '--count', '300', '--stats');
    expect(ran.stderr).not.toContain('Error');
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toContain('300 records of stage 2');
    for (const shown of [
      /image-many-to-many +42 +14\.0 %/,
      /Right answers a question/,
      /Turns a record/,
      /SHA-256/,
    ]) {
      expect(ran.stdout).toMatch(shown);
    }
    expect((await readdir(join(site.folder, 'two'))).sort()).toEqual([
      'dataset_info.json',
      'stats.json',
      'train.jsonl',
    ]);
    const info = JSON.parse(await readFile(join(site.folder, 'two', 'dataset_info.json'), 'utf8'));
    expect(info.chatreid_stage2).toMatchObject({ file_name: 'train.jsonl', formatting: 'sharegpt' });
  });

  it('needs no model without hard negatives, and says what it wrote as JSON', async () => {
    const ran = await tune(
      'three',
      '--stage',
      '3',
      '--count',
      '100',
      '--hard-share',
      '0',
      '--wording',
      'canonical',
      '--json',
    );
    const report = JSON.parse(ran.stdout);
    expect(report).toMatchObject({ stage: 3, records: 100, hardShare: 0 });
    expect(report).toEqual(JSON.parse(await readFile(join(site.folder, 'three', 'stats.json'), 'utf8')));
    for (const task of Object.values(report.tasks) as { canonical: number; questions: number }[]) {
      expect(task.canonical).toBe(task.questions);
    }
  });

  it.each([
    [['--stage', '4'], /must be 1, 2 or 3/],
    [['--stage', '2', '--share', 'everything=0.5'], /--share everything=0.5 is not TASK=SHARE/],
    [['--stage', '2', '--choices', '5-2'], /two sizes from 2 to 26/],
    [['--stage', '2', '--data', 'nowhere=x'], /There is no data set "nowhere"/],
    [['--stage', '2', '--data', 'manifest:site=x'], /Two data sets are called site/],
    [['--stage', '2', '--attributes', 'other=x'], /names other, and there is no such --data/],
    [['--stage', '1', '--caption-server', 'http://127.0.0.1:1/v1'], /without --caption-model/],
  ])('refuses %j in words', async (words, told) => {
    const ran = await tune('refused', ...(words as string[]));
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toMatch(told as RegExp);
    expect(await readdir(site.folder)).not.toContain('refused');
  });
});
