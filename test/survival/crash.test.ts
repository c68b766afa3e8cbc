/** Whatever step a process is ended at, or the disk refuses: nothing promised is lost, and the next time ends as if nothing had been. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Prepared, type Row } from './crash-matrix.ts';
import { operations } from './operations.ts';
import { strace } from './strace.ts';

const really = ['import a folder', 'a talk of three messages', 'restore a home', 'write a result file'];

/** A sample of each, evenly spread: `npm run crash` does all of them. */
describe.each(operations.map((operation) => [operation.name, operation] as const))('%s', (_, operation) => {
  let prepared: Prepared;
  beforeAll(async () => {
    prepared = await Prepared.of(operation);
  });
  afterAll(() => prepared.close());

  function survived(row: Row): void {
    expect(row.failures).toEqual([]);
    expect(row.faults).toBeGreaterThan(0);
    expect(row.checked).toBeGreaterThan(row.faults);
  }

  test('ended before a step', async () => survived(await prepared.ended(3)));
  test('on a full disk', async () => survived(await prepared.full(2)));
  test('on a disk that fails once', async () => survived(await prepared.failing(1)));
  // The same folders as where it is ended; a process for each is dear.
  if (really.includes(operation.name))
    test('killed before a step', async () => survived(await prepared.killed(1)));
});

const inCalls = {
  'import a folder': [{ call: 'pwrite64', time: 31 }],
  'a talk of three messages': [{ call: 'pwrite64', time: 30 }],
  // The folder of what was restored is half removed.
  'restore a home': [{ call: 'rmdir', time: 2 }],
  'build a damaged index anew': [{ call: 'pwrite64', time: 10 }],
};

describe.runIf(strace).each(Object.entries(inCalls))('%s, killed inside of a system call', (name, points) => {
  test('is as if nothing had been', async () => {
    const operation = operations.find((one) => one.name === name)!;
    const prepared = await Prepared.of(operation);
    try {
      const { failures, faults } = await prepared.traced(strace ?? '', points);
      expect(failures).toEqual([]);
      expect(faults).toBe(points.length);
    } finally {
      prepared.close();
    }
  });
});
