/** Galleries by name: "search the archive gallery instead". */
import { namesPattern } from './patterns.ts';
import type { Rule } from './reading.ts';

const lead =
  '(?:(?:please|only|just|in|search(?: in)?|use|switch to|try|from|look in|check|go to|change to|with|now|the)\\s+){0,4}';

export const readGalleries: Rule = (line, reading) => {
  const { galleries } = reading.context;
  if (galleries.length === 0) return;
  const names = `(${namesPattern(galleries)})(?![\\w-])`;
  const kind = '(?:gallery|database|collection)';
  const found = line.take(
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
