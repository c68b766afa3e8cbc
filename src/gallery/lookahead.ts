/** Work on the next few items while the current one is used, in order. */

/** At most `ahead` calls of `work` are under way or waiting to be taken. */
export async function* lookahead<T, R>(
  items: Iterable<T>,
  ahead: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const window: Promise<R>[] = [];
  try {
    for (const item of items) {
      const started = work(item);
      // Its failure is told when its turn comes; until then it must not count as unhandled.
      started.catch(() => undefined);
      window.push(started);
      if (window.length >= ahead) yield (await window.shift()) as R;
    }
    for (let next = window.shift(); next; next = window.shift()) yield await next;
  } finally {
    await Promise.allSettled(window);
  }
}
