/** What people say in the soak: searches, and what goes on with one. */

export const firstWords = [
  'man in a green top',
  'a woman in red',
  'somebody in blue',
  'green jacket, camera 2',
] as const;

export const laterWords = [
  'not 1',
  'only camera 3',
  'more',
  'a red bag',
  'any camera',
  'undo',
  'help',
] as const;

export function oneOf<Item>(items: readonly Item[], random: () => number): Item {
  return items[Math.floor(random() * items.length)]!;
}
