/** The audit trail: entries that are on the disk, chained to those before, when their recording resolves. */
import { hash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { ChatReidError } from '../foundation/error.ts';
import { makePrivateFolder } from '../foundation/home.ts';
import { ProcessLock } from '../foundation/process-lock.ts';
import { appendDurably } from './append-durably.ts';
import type { AuditEntry, AuditEvent, PersonalField } from './audit-event.ts';
import { auditFiles, chainFile, lockFile, monthOf, wordsFile } from './audit-files.ts';
import { chainLine, wordsLine } from './audit-line.ts';
import { entriesOf, marksOf } from './audit-entries.ts';
import { readTail, type Tail } from './audit-tail.ts';
import { dropWords, endsInMiddle } from './audit-words.ts';
import { breathing } from './breathing.ts';

export interface AuditTrailOptions {
  readonly now?: () => Date;
  /** Milliseconds that another process may hold the lock (default 15,000): a writer has it for one write to the disk. */
  readonly lockWaitMs?: number;
  /** Tests let the disk be full. */
  readonly append?: typeof appendDurably;
}

interface Waiting {
  readonly events: readonly AuditEvent[];
  readonly resolve: (seqs: readonly number[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One chain for all processes of a machine: writers take turns by a lock that dies with its process. What is recorded while
 * another write is on its way to the disk goes there together, with one sync.
 */
export class AuditTrail {
  readonly #append: typeof appendDurably;
  readonly #now: () => Date;
  readonly #lockWaitMs: number;
  readonly #waiting: Waiting[] = [];
  #writing: Promise<void> = Promise.resolve();
  #draining = false;
  /** As this process left it; others may have written since. */
  #tail: Tail | undefined;
  #closed = false;

  private constructor(
    readonly folder: string,
    private readonly lock: ProcessLock,
    { append = appendDurably, now = () => new Date(), lockWaitMs = 15_000 }: AuditTrailOptions,
  ) {
    this.#append = append;
    this.#now = now;
    this.#lockWaitMs = lockWaitMs;
  }

  /**
   * Closes what an earlier process left torn.
   *
   * @throws ChatReidError AUDIT_UNAVAILABLE, AUDIT_DAMAGED (the last entry is not what was written)
   */
  static async open(folder: string, options: AuditTrailOptions = {}): Promise<AuditTrail> {
    let lock: ProcessLock | undefined;
    try {
      await makePrivateFolder(folder);
      lock = ProcessLock.open(lockFile(folder));
      const trail = new AuditTrail(folder, lock, options);
      await trail.#alone(() => trail.#write([]));
      return trail;
    } catch (error) {
      lock?.release();
      throw unavailable(error);
    }
  }

  /**
   * Resolves when they are on the disk, one after the other and nothing between them.
   *
   * @returns their numbers
   * @throws ChatReidError AUDIT_UNAVAILABLE, AUDIT_DAMAGED: then what they are about must not be done or shown
   */
  record(...events: readonly AuditEvent[]): Promise<readonly number[]> {
    if (this.#closed) return Promise.reject(unavailable(new Error('it is closed')));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ events, resolve, reject });
      this.#drain();
    });
  }

  /**
   * Takes away what people wrote in the entries that match, and their salts, so that the commitments in the chain say nothing
   * any more; the chain stays whole. Done again after an end in the middle, it finishes.
   *
   * @param by who, and for what: the entry that says so
   * @returns how many entries lost words
   */
  async redact(
    matches: (entry: AuditEntry) => boolean,
    by: Omit<AuditEvent, 'kind' | 'personal'>,
    fields: readonly PersonalField[] = ['words', 'case'],
  ): Promise<number> {
    const [chosen, commits] = [new Set<number>(), new Set<string>()];
    const choose = async (entries: Iterable<AuditEntry>): Promise<void> => {
      for await (const entry of breathing(entries)) {
        const there = fields.filter((field) => entry.words[field] !== undefined);
        if (there.length === 0 || !matches(entry)) continue;
        chosen.add(entry.seq);
        for (const field of there) commits.add(entry.personal[field]!);
      }
    };
    // All that is there is read while others may write; what they wrote meanwhile, while nobody does.
    const marks = await this.#alone(async () => marksOf(this.folder));
    await choose(entriesOf(this.folder)).catch((error: unknown) => {
      throw unavailable(error);
    });
    return this.#alone(async () => {
      await choose(entriesOf(this.folder, {}, marks));
      if (commits.size === 0) return 0;
      // First, so that words which are missing are always words that an entry says were forgotten.
      await this.#write([{ ...by, kind: 'forget', facts: { ...by.facts, redacted: [...commits] } }]);
      await dropWords(this.folder, commits);
      return chosen.size;
    });
  }

  /** Waits for what is being recorded. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    while (this.#waiting.length > 0 || this.#draining) await this.#writing;
    await this.#writing;
    this.lock.release();
  }

  #drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    this.#alone(async () => {
      this.#draining = false;
      const batch = this.#waiting.splice(0);
      try {
        let seq = await this.#write(batch.flatMap(({ events }) => events));
        for (const { events, resolve } of batch) resolve(events.map(() => seq++));
      } catch (error) {
        for (const { reject } of batch) reject(unavailable(error));
      }
    }).catch((error: unknown) => {
      // Not even the lock could be had.
      this.#draining = false;
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
  }

  /** One after the other in this process, and alone among processes. */
  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#writing.then(() => this.lock.hold(this.#lockWaitMs, work));
    this.#writing = result.then(
      () => undefined,
      () => undefined,
    );
    return result.catch((error: unknown) => {
      throw unavailable(error);
    });
  }

  /** @returns the number of the first of them */
  async #write(events: readonly AuditEvent[]): Promise<number> {
    let tail = this.#known();
    // Whatever fails below leaves it unknown: the next write looks anew.
    this.#tail = undefined;
    if (tail.damaged) throw damaged(tail);
    if (tail.torn) tail = await this.#recover(tail, tail.torn);
    const first = tail.seq + 1;
    if (events.length > 0) tail = await this.#put(tail, events, this.#file(tail), '');
    this.#tail = tail;
    return first;
  }

  #known(): Tail {
    const { chain } = auditFiles(this.folder);
    const known = this.#tail;
    const last = chain.at(-1);
    if (known?.file !== undefined && known.file === last && statSync(last).size === known.size) return known;
    return readTail(chain);
  }

  /** A month that is over is never written to again, also when the clock was set back. */
  #file({ file }: Tail): string {
    const month = this.#now().toISOString().slice(0, 7);
    return file !== undefined && monthOf(file) >= month ? file : chainFile(this.folder, month);
  }

  /** The line that was not finished is ended where it is, and told by the entry that follows it. */
  #recover(tail: Tail, torn: Buffer): Promise<Tail> {
    const facts = { torn: { bytes: torn.length, sha256: hash('sha256', torn) } };
    return this.#put(tail, [{ kind: 'recovery', facts }], tail.file!, '\n');
  }

  async #put(tail: Tail, events: readonly AuditEvent[], file: string, before: '' | '\n'): Promise<Tail> {
    const at = this.#now().toISOString();
    let { seq, hash: prev } = tail;
    let chain: string = before;
    let words = '';
    for (const event of events) {
      seq++;
      const personal: Partial<Record<PersonalField, string>> = {};
      for (const [field, value] of Object.entries(event.personal ?? {})) {
        const written = wordsLine(seq, field as PersonalField, value);
        personal[field as PersonalField] = written.commit;
        words += written.line;
      }
      const written = chainLine(seq, at, event, personal, prev);
      chain += written.line;
      prev = written.hash;
    }
    // First: an entry never commits to words that are not there.
    if (words !== '') {
      const path = wordsFile(this.folder, monthOf(file));
      await this.#append(path, Buffer.from((endsInMiddle(path) ? '\n' : '') + words));
    }
    await this.#append(file, Buffer.from(chain));
    return { seq, hash: prev, file, size: statSync(file).size };
  }
}

function damaged({ file }: Tail): ChatReidError {
  return new ChatReidError(
    'AUDIT_DAMAGED',
    `The audit trail was changed: its last entry, in ${basename(file ?? '')}, is not what was written.`,
    'Find the entry with: chatreid audit verify. Keep the folder for whoever looks into it under another name; a new trail begins then.',
  );
}

function unavailable(error: unknown): ChatReidError {
  if (error instanceof ChatReidError) return error;
  // Whoever asks is told no path of this machine: what went wrong is the cause, for the log.
  const { code } = error as NodeJS.ErrnoException;
  const full = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG' || code === 'SQLITE_FULL';
  return new ChatReidError(
    'AUDIT_UNAVAILABLE',
    full
      ? 'The disk that holds the audit trail is full, and nothing is looked up without a record of it.'
      : 'The audit trail cannot be written, and nothing is looked up without a record of it.',
    full
      ? 'Free some space on the disk of CHATREID_HOME, then ask again.'
      : 'Check the folder audit in CHATREID_HOME, then ask again.',
    error,
  );
}
