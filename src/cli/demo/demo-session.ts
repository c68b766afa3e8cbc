/** A search that grows line by line: the state of the demo's prompt. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { asChatReidError, ChatReidError } from '../../foundation/error.ts';
import type { Scope } from '../../gallery/gallery-store.ts';
import { type Query, queryKind } from '../../retrieval/query.ts';
import type { RankedCandidate } from '../../retrieval/search-result.ts';
import { pictureArgument } from '../picture-argument.ts';
import { printSearch, searchDocument } from '../search-report.ts';
import { runSearch, writeSheet } from '../search-run.ts';
import type { Work } from '../shell.ts';
import { type DemoLine, demoHelp, readDemoLine } from './demo-line.ts';

const nothing: Query = { pictures: [], words: '', negatives: [] };

export class DemoSession {
  #query: Query = nothing;
  /** Pictures of the gallery that are asked with: they are not an answer. */
  #own: readonly string[] = [];
  #camera: string | undefined;
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
    this.#camera = undefined;
    this.#ranking = [];
  }

  /** @returns false when the user wants to leave. An error is told and leaves the search as it was. */
  async handle(line: string): Promise<boolean> {
    const asked = readDemoLine(line, isFile);
    if (asked.act === 'quit') return false;
    const before = { query: this.#query, own: this.#own, camera: this.#camera };
    try {
      if (await this.#apply(asked)) await this.#search();
    } catch (error) {
      ({ query: this.#query, own: this.#own, camera: this.#camera } = before);
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
        return true;
      }
      case 'use': {
        const { record, path } = this.#candidate(asked.rank);
        this.#query = { ...this.#query, pictures: [{ id: record.pictureId, path }] };
        this.#own = [record.pictureId];
        return true;
      }
      case 'not': {
        const { record, path } = this.#candidate(asked.rank);
        const negatives = [...this.#query.negatives, { id: record.pictureId, path }];
        this.#query = { ...this.#query, negatives };
        return true;
      }
      case 'camera':
        this.#camera = asked.camera;
        return queryKind(this.#query) !== undefined;
      case 'top':
        this.#top = asked.count;
        return queryKind(this.#query) !== undefined;
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

  async #search(): Promise<void> {
    const { out, settings } = this.work;
    const scope: Scope = {
      ...(this.#camera === undefined ? {} : { cameras: [this.#camera] }),
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
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
