/** A search that grows line by line: the state of the demo's prompt. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { asChatReidError, ChatReidError } from '../../foundation/error.ts';
import { instantOf, wallClock } from '../../foundation/site-time.ts';
import type { Scope } from '../../gallery/gallery-store.ts';
import { type Query, queryKind } from '../../retrieval/query.ts';
import { scopeLine } from '../../retrieval/search-line.ts';
import type { RankedCandidate } from '../../retrieval/search-result.ts';
import type { Edge } from '../../conversation/moment.ts';
import { printable } from '../output.ts';
import { pictureArgument } from '../picture-argument.ts';
import { printSearch, searchDocument } from '../search-report.ts';
import { runSearch, writeSheet } from '../search-run.ts';
import type { Work } from '../shell.ts';
import { type DemoLine, demoHelp, type Part, type Restriction, readDemoLine } from './demo-line.ts';

const nothing: Query = { pictures: [], words: '', negatives: [] };

export class DemoSession {
  #query: Query = nothing;
  /** Pictures of the gallery that are asked with: they are not an answer. */
  #own: readonly string[] = [];
  /** Where and when. */
  #scope: Scope = {};
  #top = 10;
  #ranking: readonly RankedCandidate[] = [];
  #sheet: string | undefined;
  #searches = 0;
  /** Notes that need no repeating. */
  readonly #told = new Set<string>();
  /** What every search so far would have printed with --json, and where its contact sheet is. */
  readonly answers: object[] = [];

  constructor(
    private readonly work: Work,
    private readonly gallery: string,
    /** Where contact sheets go. */
    private readonly folder: string,
  ) {}

  /** Searches that were answered. */
  get searches(): number {
    return this.#searches;
  }

  reset(): void {
    this.#query = nothing;
    this.#own = [];
    this.#scope = {};
    this.#ranking = [];
  }

  /** @returns false when the user wants to leave. An error is told and leaves the search as it was. */
  async handle(line: string): Promise<boolean> {
    const asked = readDemoLine(line, isFile);
    if (asked.act === 'quit') return false;
    const before = { query: this.#query, own: this.#own, scope: this.#scope };
    try {
      if (await this.#apply(asked)) await this.#search();
    } catch (error) {
      ({ query: this.#query, own: this.#own, scope: this.#scope } = before);
      if (this.work.signal.aborted) throw error;
      const report = asChatReidError(error, 'searching').report();
      if (this.work.out.json) this.answers.push({ error: report });
      else this.work.out.error(report);
    }
    return true;
  }

  /** @returns whether there is something new to search for */
  async #apply(asked: DemoLine): Promise<boolean> {
    const { out } = this.work;
    switch (asked.act) {
      case 'words':
        this.#query = { ...this.#query, words: asked.words };
        return true;
      case 'image': {
        const source = {
          store: () => this.work.parts.store(),
          gallery: this.gallery,
          stdin: this.work.shell.stdin,
        };
        const { picture, record } = await pictureArgument(asked.path, source);
        this.#query = { ...this.#query, pictures: [picture] };
        this.#own = record ? [record.pictureId] : [];
        this.#tellWords();
        return true;
      }
      case 'use': {
        const { record, path } = this.#candidate(asked.rank);
        this.#query = { ...this.#query, pictures: [{ id: record.pictureId, path }] };
        this.#own = [record.pictureId];
        this.#tellWords();
        return true;
      }
      case 'not': {
        const { record, path } = this.#candidate(asked.rank);
        out.print(`Ruled out: candidate ${asked.rank}, ${printable(record.source)}. "clear not" lifts it.`);
        const negatives = [...this.#query.negatives, { id: record.pictureId, path }];
        this.#query = { ...this.#query, negatives };
        return true;
      }
      case 'restrict':
        this.#scope = await this.#restricted(asked.to);
        return this.#ready();
      case 'clear':
        return this.#clear(asked.part);
      case 'top':
        this.#top = asked.count;
        return this.#ready();
      case 'new':
        this.reset();
        out.print('A new search. Who is it?');
        return false;
      case 'sheet':
        out.print(this.#sheet ? `The contact sheet is ${this.#sheet}` : 'There is no answer yet.');
        return false;
      case 'help':
        for (const [line, what] of demoHelp) out.print(`  ${line.padEnd(27)} ${what}`);
        return false;
      case 'unclear':
        out.print(asked.hint);
        return false;
      default:
        return false;
    }
  }

  /** Words outlive a new picture, and whoever did not mean that should see it. */
  #tellWords(): void {
    const { words } = this.#query;
    if (words === '') return;
    const start = words.length > 60 ? `${words.slice(0, 60).trimEnd()} …` : words;
    this.work.out.print(`The words "${printable(start)}" still count. "clear words" forgets them.`);
  }

  /** @returns whether there is somebody to look for; where not, it says what holds for whoever comes */
  #ready(): boolean {
    if (queryKind(this.#query) !== undefined) return true;
    const restriction = scopeLine(this.#scope, this.work.settings.timeZone);
    this.work.out.print(`Who is it?${restriction === '' ? '' : ` (${restriction})`}`);
    return false;
  }

  #clear(part: Part): boolean {
    switch (part) {
      case 'words':
        this.#query = { ...this.#query, words: '' };
        break;
      case 'picture':
        this.#query = { ...this.#query, pictures: [] };
        this.#own = [];
        break;
      case 'not':
        this.#query = { ...this.#query, negatives: [] };
        break;
      case 'camera':
        this.#scope = { ...this.#scope, cameras: [] };
        break;
      case 'place':
        this.#scope = { ...this.#scope, places: [] };
        break;
      default: {
        const { after: _after, before: _before, ...where } = this.#scope;
        this.#scope = where;
      }
    }
    return this.#ready();
  }

  /** A time without a date is of the last day that the gallery has pictures of: the demo's are months old. */
  async #restricted(to: Restriction): Promise<Scope> {
    const { settings, shell, parts } = this.work;
    const { timeZone } = settings;
    const scope: { -readonly [Name in keyof Scope]: Scope[Name] } = { ...this.#scope };
    if (to.cameras !== undefined) scope.cameras = to.cameras ?? [];
    if (to.places !== undefined) scope.places = to.places ?? [];
    if (to.after === null) delete scope.after;
    if (to.before === null) delete scope.before;
    if (!to.after && !to.before) return scope;

    const { parseMoment } = await import('../../conversation/moment.ts');
    const { lastTime } = await (await parts.store()).summary(this.gallery);
    const day = lastTime === undefined ? undefined : wallClock(new Date(lastTime), timeZone);
    const lastDay = day && instantOf({ ...day, hour: 0, minute: 0, second: 0 }, timeZone);
    const read = (name: string, text: string, edge: Edge, notBefore: Date | undefined) =>
      parseMoment(text, { name, edge, timeZone, now: shell.now(), ...(notBefore ? { notBefore } : {}) });
    if (to.after) scope.after = read('after', to.after, 'start', lastDay);
    if (to.before) scope.before = read('before', to.before, 'end', scope.after ?? lastDay);
    if (scope.after && scope.before && scope.after > scope.before) {
      throw new ChatReidError(
        'OPTION_INVALID',
        `That begins after it ends: ${scopeLine({ after: scope.after }, timeZone)}, ${scopeLine({ before: scope.before }, timeZone)}.`,
        'Give both, as in: after 14:00, before 16:00. "time all" lifts what holds now.',
      );
    }
    return scope;
  }

  async #search(): Promise<void> {
    const { out, settings } = this.work;
    const scope: Scope = {
      ...this.#scope,
      ...(this.#own.length > 0 ? { exclude: this.#own } : {}),
    };
    const search = await runSearch(this.work, this.gallery, this.#query, scope, { top: this.#top });
    this.#ranking = search.result.ranking;
    printSearch(search, out, settings.timeZone, this.#told);
    this.#searches++;
    this.#sheet = await writeSheet(
      search,
      join(this.folder, `answer-${this.#searches}.png`),
      settings.timeZone,
    );
    this.answers.push({ ...searchDocument(search), sheet: this.#sheet });
    out.print(`Contact sheet: ${this.#sheet}`);
  }

  #candidate(rank: number): RankedCandidate {
    const candidate = this.#ranking.find((one) => one.rank === rank);
    if (candidate) return candidate;
    throw new ChatReidError(
      'OPTION_INVALID',
      `There is no candidate ${rank} in the last answer.`,
      this.#ranking.length === 0 ? 'Search for somebody first.' : `Give 1 to ${this.#ranking.length}.`,
    );
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    // A long sentence is no file name, and a folder that may not be looked into has no picture for us.
    return false;
  }
}
