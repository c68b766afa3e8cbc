/** SECURITY.md: every promise names its tests, and every test that it names is there. */
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/foundation/package-root.ts';
import { brokenPromises, promisesIn } from './promises.ts';

const root = packageRoot();
const text = await readFile(join(root, 'SECURITY.md'), 'utf8');

test('every promise has tests that are there', () => {
  const promises = promisesIn(text);
  expect(promises.length).toBeGreaterThanOrEqual(20);
  expect(brokenPromises(promises, root)).toEqual([]);
});

test('every file that it points to exists', async () => {
  const targets = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target = '']) => target);
  for (const target of new Set(targets)) await access(join(root, target));
});

describe('what is told', () => {
  const of = (promise: string) =>
    brokenPromises(promisesIn(`## What is promised\n\n${promise}\n\n## Not\n`), root);
  const own = 'test/security/promises.test.ts';
  // Not written here as it would be looked for.
  const nowhere = ['no such', 'test'].join(' ');

  test.each([
    ['a promise without a test', '1. **It holds.**', '1: no test is named'],
    ['a file without a test', `1. **It holds.** [x](${own})`, `1: no test of ${own} is named`],
    [
      'a file that is not there',
      '1. **It holds.** [x](test/no.test.ts) "a"',
      '1: there is no file test/no.test.ts',
    ],
    [
      'a test that is not there',
      `1. **It holds.** [x](${own}) "${nowhere}"`,
      `1: ${own} has no test "${nowhere}"`,
    ],
    ['a number that is missing', `2. **It holds.** [x](${own}) "what is told"`, '2: it is promise 1'],
  ])('%s', (_, promise, told) => {
    expect(of(promise)).toEqual([told]);
  });

  test('nothing, where it is there', () => {
    expect(of(`1. **It holds.** [x](${own}) "what is told", "a file without a test"`)).toEqual([]);
  });
});
