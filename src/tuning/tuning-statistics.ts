/** What the data holds, counted while it is written: the shares and balances of the paper, to be looked at. */
import type { Exchange, Task, TuningRecord } from './tuning-record.ts';

export interface TaskStatistics {
  records: number;
  /** Questions; more than records where dialogues have several turns. */
  questions: number;
  canonical: number;
  /** Of the questions that are answered Yes or No. */
  yes: number;
  no: number;
  pictures: number;
  /** Characters of all messages. */
  characters: number;
}

export class TuningStatistics {
  readonly tasks = new Map<Task, TaskStatistics>();
  /** How many right answers there were, of questions that have several: answers -> questions. */
  readonly answers = new Map<number, number>();
  /** The same by gallery size: every row is even. */
  readonly answersBySize = new Map<number, Map<number, number>>();
  readonly galleries = new Map<number, number>();
  readonly descriptions = new Map<number, number>();
  readonly turns = new Map<number, number>();
  /** The letter of single-letter replies: a model must not learn to like one. */
  readonly letters = new Map<string, number>();
  readonly #images = new Set<string>();

  add(record: TuningRecord, exchanges: readonly Exchange[]): void {
    const task = this.tasks.get(record.task) ?? emptyTask();
    this.tasks.set(record.task, task);
    task.records++;
    task.pictures += record.images.length;
    for (const { content } of record.messages) task.characters += content.length;
    for (const image of record.images) this.#images.add(image);
    count(this.turns, exchanges.length);
    for (const { reply, answers, gallery, descriptions, positive, canonical } of exchanges) {
      task.questions++;
      if (canonical) task.canonical++;
      if (positive === true) task.yes++;
      if (positive === false) task.no++;
      if (answers !== undefined && gallery !== undefined && record.task === 'image-many-to-many') {
        count(this.answers, answers);
        const row = this.answersBySize.get(gallery) ?? new Map<number, number>();
        this.answersBySize.set(gallery, row);
        count(row, answers);
      }
      if (gallery !== undefined) count(this.galleries, gallery);
      if (descriptions !== undefined) count(this.descriptions, descriptions);
      if (/^[A-Z]$/.test(reply)) count(this.letters, reply);
    }
  }

  document() {
    const sorted = <Key extends number | string>(counts: ReadonlyMap<Key, number>) =>
      Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
    const records = [...this.tasks.values()].reduce((total, task) => total + task.records, 0);
    return {
      records,
      differentPictures: this.#images.size,
      tasks: Object.fromEntries(
        [...this.tasks].map(([name, task]) => [name, { ...task, share: round(task.records / records) }]),
      ),
      answerCounts: sorted(this.answers),
      answerCountsBySize: Object.fromEntries(
        [...this.answersBySize].sort(([a], [b]) => a - b).map(([size, row]) => [size, sorted(row)]),
      ),
      gallerySizes: sorted(this.galleries),
      descriptionCounts: sorted(this.descriptions),
      turns: sorted(this.turns),
      letters: sorted(this.letters),
    };
  }
}

export type StatisticsDocument = ReturnType<TuningStatistics['document']>;

function emptyTask(): TaskStatistics {
  return { records: 0, questions: 0, canonical: 0, yes: 0, no: 0, pictures: 0, characters: 0 };
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function round(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}
