/** The records of a stage in their final order: shares kept, runs together, everything else shuffled by the seed. */
import { ChatReidError } from '../foundation/error.ts';
import { captionExchange, captionsOf } from './caption-records.ts';
import { Draws } from './draws.ts';
import type { TuningPicture } from './roster.ts';
import { countsFor, type Shares, sharesFor } from './shares.ts';
import type { Opening, TaskContext, TaskMaker } from './tasks/task.ts';
import { taskMakers } from './tasks/task-makers.ts';
import { type Exchange, recordOf, type Stage, type Task, type TuningRecord } from './tuning-record.ts';

export interface StreamOptions {
  readonly stage: Stage;
  readonly seed: number;
  /** Records. In stage 1 all captions where absent. */
  readonly count?: number | undefined;
  readonly shares: Shares;
  /** Records of a run that share their first picture, at most. */
  readonly together: number;
  /** 0 to 1: how many records are dialogues of several turns. */
  readonly dialogueShare: number;
  /** Turns of a dialogue, at most; at least two. */
  readonly turns: number;
  /** Captions of a picture in stage 1. */
  readonly captionsEach: number;
}

export interface MadeRecord {
  readonly record: TuningRecord;
  readonly exchanges: readonly Exchange[];
}

/** A task whose draws lead nowhere so often has no data to be made from. */
const mostMisses = 2000;

/** @throws ChatReidError OPTION_INVALID when the data cannot make what is asked for */
export function* recordStream(context: TaskContext, options: StreamOptions): Generator<MadeRecord, void> {
  let made = 0;
  const finish = (task: Task, exchanges: readonly Exchange[]): MadeRecord => {
    const id = `stage${options.stage}-${String(made++).padStart(7, '0')}`;
    return { record: recordOf(exchanges, { task, stage: options.stage, id }), exchanges };
  };
  const focuses = new Map<Task, readonly (readonly TuningPicture[])[]>();
  for (const [task, maker] of taskMakers) focuses.set(task, byPerson(maker.focuses(context)));
  const possible = new Set<Task>([...focuses].flatMap(([task, people]) => (people.length > 0 ? [task] : [])));
  const captions = captionPairs(context, options);
  if (captions.length > 0) possible.add('caption');
  const shares = sharesFor(options.stage, options.shares, possible);
  const total = options.count ?? (options.stage === 1 ? captions.length : 0);
  const counts = countsFor(shares, total);

  const order = Draws.of(options.seed, `stage ${options.stage} order`);
  const runs: { task: Task; size: number }[] = [];
  for (const [task, count] of counts) {
    const size = taskMakers.get(task)?.together ? options.together : 1;
    for (let left = count; left > 0; left -= size) runs.push({ task, size: Math.min(size, left) });
  }
  const draws = new Map<Task, Draws>();
  let caption = 0;
  for (const { task, size } of order.shuffled(runs)) {
    const own = draws.get(task) ?? Draws.of(options.seed, `stage ${options.stage} ${task}`);
    draws.set(task, own);
    const maker = taskMakers.get(task);
    if (maker === undefined) {
      const { picture, words } = captions[caption++ % captions.length]!;
      yield finish(task, [captionExchange(picture, words, context.wordings, own)]);
      continue;
    }
    for (const exchanges of makeRun(maker, context, focuses.get(task)!, size, options, own)) {
      yield finish(task, exchanges);
    }
  }
}

/** A person first and then a picture: who was photographed often is not asked about more. */
function byPerson(pictures: readonly TuningPicture[]): TuningPicture[][] {
  const people = new Map<string, TuningPicture[]>();
  for (const picture of pictures) {
    const known = people.get(picture.person);
    if (known) known.push(picture);
    else people.set(picture.person, [picture]);
  }
  return [...people.values()];
}

function* makeRun(
  maker: TaskMaker,
  context: TaskContext,
  people: readonly (readonly TuningPicture[])[],
  size: number,
  options: StreamOptions,
  draws: Draws,
): Generator<readonly Exchange[], void> {
  let left = size;
  let misses = 0;
  while (left > 0) {
    const opening = { focus: draws.pick(draws.pick(people)), wording: maker.wording(context, draws) };
    const dialogue = draws.chance(options.dialogueShare);
    let missesHere = 0;
    // A run goes on with its picture; a dialogue, or a picture that nothing more can be asked about, ends it.
    while (left > 0 && missesHere < 5) {
      const exchanges = dialogue
        ? makeDialogue(maker, context, opening, people, options.turns, draws)
        : one(maker.ask(context, opening, draws));
      if (exchanges === undefined) {
        missesHere++;
        if (++misses > mostMisses) throw tooLittle(maker.task);
        continue;
      }
      left--;
      yield exchanges;
      if (dialogue) break;
    }
  }
}

function one(exchange: Exchange | undefined): readonly Exchange[] | undefined {
  return exchange === undefined ? undefined : [exchange];
}

/**
 * Turns of one task, each worded anew (paper section 3.2.1). Matching stays with its candidate; any other turn is about
 * another picture, as the answer would only be copied.
 */
function makeDialogue(
  maker: TaskMaker,
  context: TaskContext,
  opening: Opening,
  people: readonly (readonly TuningPicture[])[],
  turns: number,
  draws: Draws,
): readonly Exchange[] | undefined {
  if (maker.talk !== undefined) return maker.talk(context, opening, draws);
  const count = draws.between(2, Math.max(2, turns));
  const exchanges: Exchange[] = [];
  for (let turn = 0; turn < count; turn++) {
    const focus = turn === 0 || maker.together ? opening.focus : draws.pick(draws.pick(people));
    const wording = turn === 0 ? opening.wording : context.wordings.again(opening.wording, draws);
    const exchange = maker.ask(context, { focus, wording }, draws);
    if (exchange !== undefined) exchanges.push(exchange);
  }
  return exchanges.length < 2 ? undefined : exchanges;
}

function captionPairs(
  { roster }: TaskContext,
  { stage, seed, shares, captionsEach }: StreamOptions,
): { readonly picture: TuningPicture; readonly words: string }[] {
  if (stage !== 1 && !shares.caption) return [];
  const draws = Draws.of(seed, 'captions');
  const pairs = roster.pictures.flatMap((picture) =>
    captionsOf(roster, picture, captionsEach, draws).map((words) => ({ picture, words })),
  );
  return draws.shuffled(pairs);
}

function tooLittle(task: Task): ChatReidError {
  return new ChatReidError(
    'OPTION_INVALID',
    `The data is too little for the task ${task}: no question could be made in ${mostMisses.toLocaleString('en-US')} tries.`,
    'Give more people or pictures, fewer --choices, or a --share without this task.',
  );
}
