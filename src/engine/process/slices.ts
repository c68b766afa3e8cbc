/** A long list worked through in slices, a few at a time, results in the order of the list. */

/**
 * @param ahead slices that may be under way at one time
 * @param run must give one result an item
 * @throws the first error; `giveUp` is called then, so that slices still under way can be ended
 */
export async function inSlices<Item, Result>(
  items: readonly Item[],
  size: number,
  ahead: number,
  run: (slice: readonly Item[]) => Promise<readonly Result[]>,
  giveUp: (error: unknown) => void,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const start = next;
      next += size;
      const part = await run(items.slice(start, start + size));
      part.forEach((result, i) => {
        results[start + i] = result;
      });
    }
  };
  try {
    await Promise.all(Array.from({ length: ahead }, worker));
  } catch (error) {
    next = items.length;
    giveUp(error);
    throw error;
  }
  return results;
}
