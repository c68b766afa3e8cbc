/** What one message was understood to be so far. Rules add to it; `finish` puts the acts in their order. */
import type { Act, PictureRef } from '../act.ts';
import type { ReadingContext } from '../interpreter.ts';
import type { Line } from './line.ts';
import { refs } from './ranks.ts';
import { Scope } from './scopes.ts';

/** Takes out of a line what it understands. `question`: the sentence ended in a question mark. */
export type Rule = (line: Line, reading: Reading, question: boolean) => void;

/** What a word about candidates is answered with before anybody is searched for. */
export const nobodyYet = 'Nobody is searched for yet: describe the person, or attach a picture.';

/** In which order acts of one message are done: first what clears, last what asks about the result. */
const order: readonly Act['act'][] = [
  ...([
    'reset',
    'undo',
    'case',
    'approve',
    'answer',
    'person',
    'register',
    'forget',
    'lift',
    'show',
    'choose',
  ] as const),
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
  /** To the open question. */
  answer?: 'yes' | 'no' | 'unknown';
  /** Whether an act has the attached pictures already; otherwise they are shown. */
  attachmentsTaken = false;

  /** "That's him": chosen where no number says who. */
  pointedAt?: number;

  /** Who says hello and nothing else is told what can be said. */
  greeted = false;

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
    if (name === 'answer' && this.answer !== undefined) return true;
    if (name === 'choose' && this.pointedAt !== undefined) return true;
    return this.#acts.some((act) => act.act === name);
  }

  get empty(): boolean {
    return this.finish().length === 0;
  }

  exclude(ranks: readonly number[]): void {
    for (const rank of this.shown(ranks)) this.#excluded.add(rank);
  }

  /** Whether somebody is ruled out. */
  get excludes(): boolean {
    return this.#excluded.size > 0;
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

  /** Numbers that this message compares, or else that the last ones asked about: "that one", "those two". */
  talkedOf(): readonly number[] {
    const compared = this.#acts.flatMap((act) =>
      act.act === 'compare' || act.act === 'verify' ? [act.first, act.second] : [],
    );
    const ranks = compared.flatMap((ref) => ('rank' in ref ? [ref.rank] : []));
    return ranks.length > 0 ? ranks : (this.context.talkedOf ?? []);
  }

  /** The candidate that this message chooses. */
  get chosen(): PictureRef | undefined {
    const choice = this.#acts.findLast((act) => act.act === 'choose');
    return choice?.act === 'choose' ? choice.picture : undefined;
  }

  /** "That one": the one that was talked of, or the best candidate. */
  thatOne(): number {
    const [first, ...more] = this.talkedOf();
    return first === undefined || more.length > 0 ? 1 : first;
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
    const anew = this.has('undo') || this.has('reset');
    if (this.answer !== undefined && !anew) acts.push({ act: 'answer', value: this.answer });
    if (this.pointedAt !== undefined && !acts.some(({ act }) => act === 'choose'))
      acts.push({ act: 'choose', picture: { rank: this.pointedAt } });
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
    if (this.greeted && acts.length === 0) acts.push({ act: 'help' });
    return acts.sort((a, b) => order.indexOf(a.act) - order.indexOf(b.act));
  }
}
