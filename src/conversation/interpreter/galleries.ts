/** Galleries by name: "search the archive gallery instead". */
import { clause, namesPattern } from './patterns.ts';
import type { Rule } from './reading.ts';

const lead =
  '(?:(?:please|only|just|in|search(?: in)?|use|switch to|try|from|look in|check|go to|change to|with|now|the)\\s+){0,4}';

export const readGalleries: Rule = (line, reading) => {
  const { galleries } = reading.context;
  if (galleries.length === 0) return;
  const names = `(${namesPattern(galleries)})(?![\\w-])`;
  const kind = '(?:gallery|database|collection)';
  // By its name alone, where that is all there is to search in.
  const alone = clause(
    `(?:search(?: in)?|use|switch(?: over)? to|try|look in|go to|change to|now|only|in) (?:in )?(?:the )?${names}`,
  );
  const found =
    line.take(alone) ??
    line.take(
      new RegExp(`(?<![\\w'-])${lead}(?:${names}\\s+${kind}|${kind}\\s+${names})(?:\\s+(?:instead|only))?`),
    );
  if (!found) return;
  const said = joined(found[1] ?? found[2] ?? '');
  const gallery = galleries.find((name) => joined(name) === said);
  if (gallery !== undefined) reading.gallery = gallery;
};

function joined(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, '');
}
