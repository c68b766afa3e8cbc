/** Places that the gallery knows: "near the main gate", "only the lobby", "food court". Beside other words one needs a preposition. */
import { taken } from './line.ts';
import { clauseEnd, namesPattern } from './patterns.ts';
import type { Rule } from './reading.ts';
import { exceptWords, nameGlue, senseOf, senseWords } from './scopes.ts';

const near =
  '(?:(?:out )?of|at|in|near|by|on|from|outside(?: of)?|inside|around|through|thru|into|to|next to|close to|via|beside|behind|in front of|towards?|over at|past|took|taking|takes|used|using|up|down|across|opposite|along|within|under|below|leaving|entering|entered|left|(?:last )?seen|spotted|head(?:ing|ed) (?:for|to|towards?)|location:?|place:?)';
const after = '((?:\\s+(?:only|too|as well|also|instead))?)(?:\\s+(?:area|side|cameras?|cams?))?';

export const readPlaces: Rule = (line, reading) => {
  const { places } = reading.context;
  if (places.length === 0) return;
  const names = `(?:${namesPattern(places)})(?![\\w-])`;
  const some = `(${names}(?:${nameGlue}(?:${near}\\s+)?(?:the\\s+)?${names})*)`;
  const before = `((?:(?:${senseWords}|${exceptWords}|but)\\s+){0,3})`;
  const patterns = [
    new RegExp(`(?<![\\w'-])${before}${near}\\s+(?:only\\s+)?(?:both\\s+)?(?:the\\s+)?${some}${after}`),
    new RegExp(`(?<![\\w'-])((?:(?:${senseWords}|${exceptWords})\\s+){1,3})(?:the\\s+)?${some}${after}`),
    new RegExp(
      `(?<=(?:^|[,:;(${taken}]|\\b(?:and|but|or|then|also|plus|maybe|probably|rather))\\s*)()(?:both\\s+)?(?:the\\s+)?${some}${after}${clauseEnd}`,
    ),
  ];
  for (const pattern of patterns) {
    for (let found = line.take(pattern); found; found = line.take(pattern)) {
      const [, lead = '', said = '', end = ''] = found;
      const named = places.filter((place) =>
        new RegExp(`(?<![\\w-])(?:${namesPattern([place])})(?![\\w-])`).test(said),
      );
      reading.places.take(named, senseOf(`${lead} ${end}`));
    }
  }
};
