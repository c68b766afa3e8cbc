/** Misspelt words about people put right for their traits: "blakc jakcet"; what was written stays in the clue. */
import { slipsBetween, slips } from './slips.ts';
import { inTerms, plainTerms } from './trait-words.ts';

/** Real words that lie one slip away from a word about people, as the common words of English were gone through. */
const realWords = new Set(
  (
    'while check click follow order block blank single singles singled write writes wrote para makes came header parse purse parts ' +
    'creat park parks shift shifts pool cards card overall logging miles pure plants plains fell sensor combat tracks track tracked tracker ' +
    'trackers tracking broke shots shot closing cloning brands seats seat violent dreams brow brows bother brothers sorts sort whit tens ' +
    'overcome cord pursue jumped jumps bere suppress pulse pension pensions solver lover hast corps traces trace dread blown cores chill chilly ' +
    'chili stacks stack greet greed torque wholly overload overlaps overlays snacks chuck tackles farther shoots shoot scrub slack cardiac ' +
    'cardinal chic lender launder crear beet feather purge perse mates vigor valor valour chords woven sacks paints paint blackjack loser lower ' +
    'shores shore blaze pans schooling blush gilt pulver sweets sweet malls mall shouts shout oranges orange vets tonic backtrack backpage ' +
    'cram cameo cable labels deadlock great grew grows grown guide guided quite mask mast match'
  ).split(' '),
);

const terms: ReadonlySet<string> = new Set(plainTerms());

const byLetter = new Map<string, string[]>();
for (const term of terms) byLetter.set(term[0]!, [...(byLetter.get(term[0]!) ?? []), term]);

/** The word that was meant; the word itself where none is near. */
export function meantTraitWord(word: string): string {
  if (inTerms(word)) return word;
  const singular = [word.replace(/es$/, ''), word.replace(/s$/, '')].find(
    (one) => one !== word && terms.has(one),
  );
  if (singular !== undefined) return singular;
  if (word.length < 4 || !/^[a-z]+$/.test(word) || realWords.has(word)) return word;
  const near = (byLetter.get(word[0] ?? '') ?? []).filter((term) => slips(word, term, allowed(term)));
  const [first = word, ...more] = near;
  return more.reduce(
    (best, term) => (slipsBetween(word, term) < slipsBetween(word, best) ? term : best),
    first,
  );
}

/** Short words are too near to each other: of them only two letters may be swapped. */
function allowed(term: string): number {
  return term.length >= 8 ? 2 : term.length >= 5 ? 1 : 0;
}
