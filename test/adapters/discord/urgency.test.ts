/** What is urgent goes first, and holds nothing up for long. */
import { afterEach, expect, test, vi } from 'vitest';
import { Urgency } from '../../../adapters/discord/urgency.ts';

afterEach(() => void vi.useRealTimers());

test('other work waits for what is urgent, whatever comes of it', async () => {
  const urgency = new Urgency();
  const done: string[] = [];
  let end = () => {};
  const first = urgency.first(
    () => new Promise<void>((_, reject) => (end = () => reject(new Error('lost')))),
  );
  const later = urgency.calm().then(() => done.push('later'));
  await Promise.resolve();
  expect(done).toEqual([]);
  end();
  await expect(first).rejects.toThrow('lost');
  await later;
  await urgency.calm();
  expect(done).toEqual(['later']);
});

test('but not for long', async () => {
  vi.useFakeTimers();
  const urgency = new Urgency();
  void urgency.first(() => new Promise(() => {}));
  const later = urgency.calm();
  vi.advanceTimersByTime(250);
  await later;
  expect(vi.getTimerCount()).toBe(0);
});
