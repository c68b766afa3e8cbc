/** The order in which the queue gives work out. */
import { describe, expect, it } from 'vitest';
import { bulkShare, type Lane, type Queued, TaskQueue } from '../../../src/engine/process/task-queue.ts';

interface Named extends Queued {
  readonly name: string;
}

function task(name: string, lane: Lane, more: Partial<Queued> = {}): Named {
  return { name, lane, side: lane === 'bulk' ? 'encoder' : 'engine', crashes: 0, ...more };
}

const ready = () => true;

function queueOf(...tasks: Named[]): TaskQueue<Named> {
  const queue = new TaskQueue<Named>();
  for (const one of tasks) queue.add(one);
  return queue;
}

describe('TaskQueue', () => {
  it('gives questions before bulk, whatever came first', () => {
    const queue = queueOf(task('import', 'bulk'), task('question', 'interactive'));
    expect(queue.take([], ready)?.name).toBe('question');
    expect(queue.take([], ready)?.name).toBe('import');
    expect(queue.take([], ready)).toBeUndefined();
  });

  it('gives bulk its share when questions never end', () => {
    const queue = queueOf(task('import', 'bulk'));
    const given: (string | undefined)[] = [];
    for (let i = 0; i <= bulkShare; i++) {
      queue.add(task('question', 'interactive'));
      given.push(queue.take([], ready)?.name);
    }
    expect(given.indexOf('import')).toBe(bulkShare);
  });

  it('gives one question at a time, two slices of bulk, and replies beside them', () => {
    const question = task('question', 'interactive');
    const queue = queueOf(task('second', 'interactive'), task('reply', 'generate'));
    expect(queue.take([question], ready)?.name).toBe('reply');
    expect(queue.take([question], ready)).toBeUndefined();
    expect(queue.take([], ready)?.name).toBe('second');
    const bulk = task('import', 'bulk');
    const imports = queueOf(bulk, bulk);
    expect(imports.take([bulk, bulk], ready)).toBeUndefined();
    expect(imports.take([bulk], ready)?.name).toBe('import');
  });

  it('passes over work whose model is not loaded', () => {
    const queue = queueOf(task('question', 'interactive'), task('import', 'bulk'));
    expect(queue.take([], (side) => side === 'encoder')?.name).toBe('import');
    expect(queue.take([], (side) => side === 'encoder')).toBeUndefined();
  });

  it('gives what was there when a child died alone', () => {
    const suspect = task('suspect', 'interactive', { crashes: 1 });
    const queue = queueOf(task('question', 'interactive'), suspect);
    expect(queue.take([task('import', 'bulk')], ready)).toBeUndefined();
    expect(queue.take([], ready)?.name).toBe('suspect');
    expect(queue.take([suspect], ready)).toBeUndefined();
    expect(queue.take([], ready)?.name).toBe('question');
  });
});
