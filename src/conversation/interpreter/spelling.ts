/** Misspelt control words put right for the rules; words about people are never touched. */

import { slips } from './slips.ts';

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
  ...['looking', 'searching', 'picture', 'pictures', 'candidate', 'candidates', 'results', 'continue'],
  ...[
    'show',
    'confirm',
    'confirmed',
    'mistake',
    'mistakes',
    'description',
    'everything',
    'everywhere',
    'different',
    'weekend',
  ],
] as const;

/** What is typed on a phone, or without its apostrophe, in full. */
const shortForms: Readonly<Record<string, string>> = {
  ...{
    u: 'you',
    ya: 'you',
    ur: 'your',
    r: 'are',
    im: "i'm",
    ive: "i've",
    youre: "you're",
    theyre: "they're",
  },
  ...{ hes: "he's", shes: "she's", thats: "that's", whats: "what's", wheres: "where's", heres: "here's" },
  ...{ whos: "who's", lets: "let's", dont: "don't", doesnt: "doesn't", didnt: "didn't", cant: "can't" },
  ...{ couldnt: "couldn't", wouldnt: "wouldn't", shouldnt: "shouldn't", isnt: "isn't", arent: "aren't" },
  ...{
    wasnt: "wasn't",
    werent: "weren't",
    hasnt: "hasn't",
    havent: "haven't",
    hadnt: "hadn't",
    wont: "won't",
  },
  ...{
    wanna: 'want to',
    gonna: 'going to',
    gotta: 'got to',
    gimme: 'give me',
    lemme: 'let me',
    dunno: "don't know",
  },
  ...{ lookin: 'looking', searchin: 'searching', wat: 'what', wich: 'which', teh: 'the', abt: 'about' },
  ...{
    sry: 'sorry',
    srry: 'sorry',
    soz: 'sorry',
    bc: 'because',
    cuz: 'because',
    coz: 'because',
    bcs: 'because',
  },
  ...{
    yest: 'yesterday',
    yday: 'yesterday',
    ytd: 'yesterday',
    arvo: 'afternoon',
    morn: 'morning',
    rn: 'now',
    w: 'with',
    aft: 'afternoon',
  },
  ...{
    desc: 'describe',
    prev: 'previous',
    diffs: 'differences',
    diff: 'difference',
    poss: 'possible',
    deffo: 'definitely',
    defo: 'definitely',
    def: 'definitely',
    lvl: 'level',
  },
};

/** Real words that lie one slip away from a control word. */
const realWords = new Set(
  (
    'different differently definite sundae starch alter otter mourning morning mooring moaning somber number lumber member numbers members persons persona ' +
    'started starts stars stare state starter forgot forge forgets remover removed removes ignored ignores ' +
    'searched searches explained explains compared compares excluded excludes described describes registered ' +
    'registers deleted deletes cameraman matter batter rafter ground aground arounds minute hour seconds thirds ' +
    'firsts shelter neck text nest newt sore mere mole move mode some sane sale safe name came game hell heap heal ' +
    'held kelp onto oily wring prong person pearson without within saturdays sundays mondays evenings mornings ' +
    'shown shows shoe showy ' +
    'strong string wrongs galley similarly smaller rest preset resets mores test star stark smart tart cart'
  ).split(' '),
);

const known = new Set<string>(controlWords);

/** @param names words of the site's own names, which are put right like the others */
export function correctControlWords(
  text: string,
  names: readonly string[] = [],
): { text: string; origin: readonly number[] } {
  let corrected = '';
  const origin: number[] = [];
  for (const { 0: part, index } of text.matchAll(
    /(?<![a-z])w\/(?=\s|[#\da-z])|[a-z]+|[^a-z]+?(?=[a-z]|$)/g,
  )) {
    const said = corrected.slice(-12);
    if (part === ' 4 ' && /\b(?:looking|look|searching|search|waiting)$/.test(said)) {
      corrected += ' for ';
      origin.push(index, index + 1, index + 1, index + 1, index + 2);
      continue;
    }
    if (part === 'y' && /^ (?:is|are|did|do|does|was|not)\b/.test(text.slice(index + 1))) {
      corrected += 'why';
      origin.push(index, index, index);
      continue;
    }
    if (part === 'w/') {
      corrected += 'with';
      origin.push(index, index, index, index + 1);
      continue;
    }
    const joined = /['/-]/.test(text.charAt(index - 1)) || /['/]/.test(text.charAt(index + part.length));
    const word = (joined ? undefined : shortForms[part]) ?? meant(part, names);
    corrected += word;
    for (let at = 0; at < word.length; at++) origin.push(index + Math.min(at, part.length - 1));
  }
  origin.push(text.length);
  return { text: corrected, origin };
}

function meant(word: string, names: readonly string[]): string {
  const right = known.has(word) || realWords.has(word) || names.includes(word);
  if (word.length < 4 || right || !/^[a-z]/.test(word)) return word;
  for (const control of [...controlWords, ...names]) {
    if (control[0] !== word[0]) continue;
    if (slips(word, control, allowed(control))) return control;
  }
  return word;
}

/** Short words are too near to each other: of them only two letters may be swapped. */
function allowed(control: string): number {
  return control.length >= 8 ? 2 : control.length >= 6 ? 1 : 0;
}
