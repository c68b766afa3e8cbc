/** A long walk that lets others have their turn: a bot answers while months of the trail are read. */
import { setImmediate } from 'node:timers/promises';

/** A few milliseconds of work. */
const stretch = 500;

export async function* breathing<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  let left = stretch;
  for (const item of items) {
    yield item;
    if (--left > 0) continue;
    left = stretch;
    await setImmediate();
  }
}
