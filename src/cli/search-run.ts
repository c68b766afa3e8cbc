/** One search from the query to its contact sheet. */
import type { Scope } from '../gallery/gallery-store.ts';
import type { Query } from '../retrieval/query.ts';
import type { SearchOptions } from '../retrieval/retrieval.ts';
import { scopeLine } from '../retrieval/search-line.ts';
import { deviceNote } from './device-note.ts';
import { emptyScope } from '../retrieval/empty-scope.ts';
import type { Search } from './search-report.ts';
import type { Work } from './shell.ts';
import { writeWhole } from './write-file.ts';

export async function runSearch(
  { parts, settings, signal }: Work,
  gallery: string,
  query: Query,
  scope: Scope,
  options: Omit<SearchOptions, 'scope' | 'signal'>,
): Promise<Search> {
  const retrieval = await parts.retrieval();
  const result = await retrieval.search(gallery, query, { ...options, scope, signal });
  const onCpu = await deviceNote(settings, await parts.encoder());
  const notes = [...(onCpu ? [onCpu] : []), ...result.notes];
  if (result.filter.of > 0) return { gallery, query, scope, result: { ...result, notes } };
  const summary = await (await parts.store()).summary(gallery);
  const { sentence, note } = emptyScope(scope, summary, settings.timeZone);
  const decisionDetail = { ...result.decisionDetail, sentence };
  return { gallery, query, scope, result: { ...result, decisionDetail, notes: [note, ...notes] } };
}

/** @returns the sheet's absolute path. @param mode of the file: for the owner only, unless told otherwise */
export async function writeSheet(
  search: Search,
  path: string,
  timeZone: string,
  mode?: number,
): Promise<string> {
  const { contactSheet } = await import('../retrieval/contact-sheet.ts');
  const { query, result } = search;
  const scope = scopeLine(search.scope, timeZone);
  const png = await contactSheet({ query, result, timeZone, ...(scope === '' ? {} : { scope }) });
  return writeWhole(path, png, mode);
}
