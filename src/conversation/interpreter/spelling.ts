/** Misspelt control words put right for the rules; words about people are never touched. */

/** Words that steer the talk. Only these are ever written instead of another. */
const controlWords = [
  ...['camera', 'cameras', 'yesterday', 'today', 'tonight', 'morning', 'afternoon', 'evening'],
  ...['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'],
  ...['january', 'february', 'april', 'august', 'september', 'october', 'november', 'december'],
  ...[
    'before',
    'after',
    'between',
    'around',
    'until',
    'midnight',
    'lunchtime',
    'weekend',
    'minutes',
    'hours',
  ],
  ...['second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth', 'number'],
  ...['neither', 'exclude', 'compare', 'describe', 'difference', 'explain', 'forget', 'ignore', 'remove'],
  ...[
    'register',
    'gallery',
    'search',
    'similar',
    'start',
    'restart',
    'reset',
    'undo',
    'more',
    'next',
    'help',
  ],
  ...['please', 'person', 'same', 'wrong', 'delete', 'only', 'without', 'probably', 'definitely', 'first'],
] as const;

/** Real words that lie one slip away from a control word. */
const realWords = new Set(
  (
    'different differently definite sundae starch alter otter mourning morning mooring moaning somber number lumber member numbers members persons persona ' +
    'started starts stars stare state starter forgot forge forgets remover removed removes ignored ignores ' +
    'searched searches explained explains compared compares excluded excludes described describes registered ' +
    'registers deleted deletes cameraman matter batter rafter ground aground arounds minute hour seconds thirds ' +
    'firsts shelter neck text nest newt sore mere mole move mode some sane sale safe name came game hell heap heal ' +
    'held kelp onto oily wring prong person pearson without within saturdays sundays mondays evenings mornings ' +
    'strong string wrongs galley similarly smaller rest preset resets mores test star stark smart tart cart'
  ).split(' '),
);

const known = new Set<string>(controlWords);

export function correctControlWords(text: string): { text: string; origin: readonly number[] } {
  let corrected = '';
  const origin: number[] = [];
  for (const { 0: part, index } of text.matchAll(/[a-z]+|[^a-z]+/g)) {
    const word = meant(part);
    corrected += word;
    for (let at = 0; at < word.length; at++) origin.push(index + Math.min(at, part.length - 1));
  }
  origin.push(text.length);
  return { text: corrected, origin };
}

function meant(word: string): string {
  if (word.length < 4 || known.has(word) || realWords.has(word) || !/^[a-z]/.test(word)) return word;
  for (const control of controlWords) {
    if (Math.abs(control.length - word.length) > 2 || control[0] !== word[0]) continue;
    if (slips(word, control, allowed(control))) return control;
  }
  return word;
}

/** Short words are too near to each other: of them only two letters may be swapped. */
function allowed(control: string): number {
  return control.length >= 8 ? 2 : control.length >= 6 ? 1 : 0;
}

function slips(word: string, control: string, limit: number): boolean {
  return swapped(word, control) || (limit > 0 && distance(word, control) <= limit);
}

function swapped(word: string, control: string): boolean {
  if (word.length !== control.length) return false;
  let at = 0;
  while (word[at] === control[at]) at++;
  return (
    word.slice(at, at + 2) === `${control[at + 1]}${control[at]}` &&
    word.slice(at + 2) === control.slice(at + 2)
  );
}

/** Letters to insert, leave out, change or swap with the next one. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const now = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = a[row - 1] === b[column - 1] ? 0 : 1;
      let best = Math.min(last[column]! + 1, now[column - 1]! + 1, last[column - 1]! + change);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        best = Math.min(best, before[column - 2]! + 1);
      }
      now.push(best);
    }
    before = last;
    last = now;
  }
  return last[b.length]!;
}
