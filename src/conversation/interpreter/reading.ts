/** What one message was understood to be so far. Rules add to it; `finish` puts the acts in their order. */
import type { Act, PictureRef } from '../act.ts';
import type { ReadingContext } from '../interpreter.ts';
import type { Line } from './line.ts';
import { refs } from './ranks.ts';
import { Scope } from './scopes.ts';

/** Takes out of a line what it understands. `question`: the sentence ended in a question mark. */
export type Rule = (line: Line, reading: Reading, question: boolean) => void;

/** In which order acts of one message are done: first what clears, last what asks about the result. */
const order: readonly Act['act'][] = [
  ...(['reset', 'undo', 'case', 'answer', 'person', 'register', 'forget', 'lift', 'show', 'choose'] as const),
  ...([
    'exclude',
    'clue',
    'constrain',
    'more',
    'compare',
    'verify',
    'why',
    'describe',
    'ask',
    'help',
  ] as const),
  'unclear',
];

export class Reading {
  readonly #acts: Act[] = [];
  readonly #excluded = new Set<number>();
  #period: { after?: string; before?: string } = {};
  /** Whether an act has the attached pictures already; otherwise they are shown. */
  attachmentsTaken = false;

  readonly cameras: Scope;
  readonly places: Scope;
  gallery?: string;

  constructor(readonly context: ReadingContext) {
    this.cameras = new Scope(context.cameras, context.held?.cameras ?? []);
    this.places = new Scope(context.places, context.held?.places ?? []);
  }

  /** Said twice, it is still done once. */
  add(act: Act): void {
    const plain = act.act === 'reset' || act.act === 'undo' || act.act === 'help' || act.act === 'more';
    if (plain && this.has(act.act)) return;
    this.#acts.push(act);
  }

  unclear(hint: string): void {
    if (!this.#acts.some((act) => act.act === 'unclear')) this.#acts.push({ act: 'unclear', hint });
  }

  has(name: Act['act']): boolean {
    return this.#acts.some((act) => act.act === name);
  }

  get empty(): boolean {
    return this.finish().length === 0;
  }

  exclude(ranks: readonly number[]): void {
    for (const rank of this.shown(ranks)) this.#excluded.add(rank);
  }

  period(period: { after?: Date; before?: Date }): void {
    this.#period = {
      ...(period.after ? { after: period.after.toISOString() } : {}),
      ...(period.before ? { before: period.before.toISOString() } : {}),
    };
  }

  /** Those of the ranks that are shown; of the others the user is told. */
  shown(ranks: readonly number[]): number[] {
    const { shown } = this.context;
    const there = ranks.filter((rank) => rank >= 1 && rank <= shown);
    if (there.length < ranks.length || ranks.length === 0) {
      this.unclear(
        shown === 0
          ? 'No candidates are shown yet, so a number means nothing: say or show first who is searched for.'
          : `Only candidates 1 to ${shown} are shown.`,
      );
    }
    return there;
  }

  candidates(ranks: readonly number[]): PictureRef[] {
    return refs(this.shown(ranks));
  }

  /** All pictures of this message. */
  takeAttachments(): PictureRef[] {
    this.attachmentsTaken = true;
    return Array.from({ length: this.context.attachments }, (_, attachment) => ({ attachment }));
  }

  finish(): Act[] {
    const acts = [...this.#acts];
    if (this.#excluded.size > 0) acts.push({ act: 'exclude', pictures: refs([...this.#excluded]) });
    const cameras = this.cameras.names();
    const places = this.places.names();
    const constrain = {
      ...(cameras ? { cameras } : {}),
      ...(places ? { places } : {}),
      ...this.#period,
      ...(this.gallery === undefined ? {} : { gallery: this.gallery }),
    };
    if (Object.keys(constrain).length > 0) acts.push({ act: 'constrain', ...constrain });
    return acts.sort((a, b) => order.indexOf(a.act) - order.indexOf(b.act));
  }
}
