/** One turn from what is wanted to its reply: acts told, the search run, its page made. */
import { asChatReidError, type ErrorReport } from '../foundation/error.ts';
import type { Scope } from '../gallery/gallery-store.ts';
import { emptyScope } from '../retrieval/empty-scope.ts';
import type { Query } from '../retrieval/query.ts';
import { searchLine } from '../retrieval/search-line.ts';
import type { SearchResult } from '../retrieval/search-result.ts';
import type { Act } from './act.ts';
import type { EngineBudget } from './budgets.ts';
import type { DialogueState, TurnOutcome } from './dialogue-state.ts';
import { changesSearch, traitsOfState, unspokenTraits } from './fold.ts';
import { PictureFinder } from './picture-finder.ts';
import type { Question } from './question.ts';
import { isSearching, type MessageReader } from './reading-message.ts';
import { problemNote } from './intake.ts';
import { buttonsBeside, questionWithButtons } from './replies/buttons.ts';
import { chipsOf } from './replies/chips.ts';
import { withLookAlikes } from './replies/look-alikes.ts';
import { replyTo } from './replies/reply-to.ts';
import { answerOf } from './replies/search-answer.ts';
import { sentences } from './replies/sentences.ts';
import type { PeopleChoice, Reply } from './reply.ts';
import { queryOf, scopeOf } from './search-of-state.ts';
import type { SessionManagerParts } from './session-parts.ts';
import { type StopReason, stopReason } from './stopped.ts';
import type { TakenMessage } from './storage/talk-record.ts';
import { Telling, type Told } from './telling.ts';

/** Of the candidates, so many decide which question pays. */
const askedOver = 50;

export interface Turning {
  readonly message: TakenMessage;
  readonly acts: readonly Act[];
  /** Sentences about what could not be done, and about what was left out. */
  readonly problems: readonly string[];
  readonly notes: readonly string[];
  /** Before the turn: what numbers refer to. */
  readonly before: DialogueState;
  /** After its acts. */
  readonly state: DialogueState;
  readonly people?: PeopleChoice;
  confidence(pictureId: string): Promise<number | undefined>;
  /** Delivers the filter's page. */
  first(reply: Reply): void;
  readonly signal: AbortSignal;
}

export interface Answered {
  readonly reply: Reply;
  readonly outcome: TurnOutcome;
}

interface Searched {
  readonly result: SearchResult;
  readonly question?: Question;
}

export class Answering {
  readonly pictures: PictureFinder;
  readonly #telling: Telling;

  constructor(
    private readonly parts: SessionManagerParts,
    private readonly reader: MessageReader,
    private readonly budget: EngineBudget,
  ) {
    this.pictures = new PictureFinder(parts);
    this.#telling = new Telling(parts, this.pictures);
  }

  /** Never rejects for what the user sent or the engine did: that is a reply with an error. */
  async answer(turning: Turning): Promise<Answered> {
    let firstPage: readonly string[] | undefined;
    const told: Told[] = [];
    try {
      if (stopReason(turning.signal) === 'cancelled') turning.signal.throwIfAborted();
      const query = await queryOf(turning.state, this.pictures);
      const scope = scopeOf(turning.state);
      await this.#tellAll(turning, query, told);
      const frame = this.#frame(turning, query, scope);
      const wanted = wantsSearch(turning.acts) && turning.people === undefined;
      if (!wanted) return this.#spoken(turning, frame, told);
      if (!isSearching(turning.state)) return this.#spoken(turning, frame, told, nothingSought(turning.acts));
      const page = (found: SearchResult) => {
        const result = withLookAlikes(found);
        const answer = answerOf(result, query, scope, turning.state, this.parts.timeZone);
        firstPage = shownOf(result, turning.state);
        turning.first(
          replyTo(turning.message, 'first', {
            ...frame,
            text: [result.decisionDetail.sentence],
            answer,
            notes: result.notes,
          }),
        );
      };
      const searched = await this.budget.run(() => this.#search(turning, query, scope, page), turning.signal);
      return this.#found(turning, frame, told, query, scope, searched);
    } catch (error) {
      return this.#failed(turning, told, error, firstPage);
    }
  }

  /** Into `told`, one by one: what fails, and what ends the turn, takes nothing from what was told before. */
  async #tellAll(turning: Turning, query: Query, told: Told[]): Promise<void> {
    const { acts, before, state, message, confidence, signal } = turning;
    const sent = message.attachments.flatMap((picture) => ('id' in picture ? [picture] : []));
    const context = {
      conversation: message.conversation,
      // Numbers are those of before, the search is that of now.
      state: { ...state, shown: before.shown },
      query,
      confidence,
      times: new Map(sent.flatMap(({ id, time }) => (time === undefined ? [] : [[id, time]]))),
      names: new Map(sent.map(({ id, name }) => [id, name])),
      signal,
    };
    for (const act of acts) {
      if (!speaking.has(act.act)) continue;
      const tell = () => this.#telling.tell(act, context);
      try {
        const one = await (quick.has(act.act) ? tell() : this.budget.run(tell, signal));
        if (one) told.push(one);
      } catch (error) {
        signal.throwIfAborted();
        told.push({ text: [], error: asChatReidError(error, 'answering').report() });
      }
    }
  }

  async #search(
    turning: Turning,
    query: Query,
    scope: Scope,
    onFirstPage: (result: SearchResult) => void,
  ): Promise<Searched> {
    const { state, signal } = turning;
    const { retrieval, helping, timeZone } = this.parts;
    const options = { scope, top: Math.max(askedOver, state.top + 1), signal, onFirstPage };
    const result = withLookAlikes(await retrieval.search(state.gallery, query, options));
    signal.throwIfAborted();
    if (result.filter.of === 0) {
      const summary = await this.reader.summary(state.gallery);
      if (!summary) return { result };
      const { sentence, note } = emptyScope(scope, summary, timeZone);
      const decisionDetail = { ...result.decisionDetail, sentence };
      return { result: { ...result, decisionDetail, notes: [note, ...result.notes] } };
    }
    const asked = state.askedBefore.map(({ id }) => id);
    const question = turning.acts.some(({ act }) => act === 'more')
      ? state.asked
      : await helping?.question(result, asked, traitsOfState(state), query.pictures, signal).catch(() => {
          // An answer without a question is an answer still.
          signal.throwIfAborted();
          return undefined;
        });
    return { result, ...(question ? { question } : {}) };
  }

  #found(
    turning: Turning,
    frame: Partial<Reply>,
    told: readonly Told[],
    query: Query,
    scope: Scope,
    { result, question }: Searched,
  ): Answered {
    const { message, state, problems } = turning;
    const answer = answerOf(result, query, scope, state, this.parts.timeZone);
    const more = turning.acts.some(({ act }) => act === 'more');
    const verdict = more && answer.cards.length === 0 ? sentences.noMore : result.decisionDetail.sentence;
    return {
      outcome: { shown: shownOf(result, state), ...(question ? { asked: question } : {}) },
      reply: replyTo(message, 'final', {
        ...frame,
        text: [verdict, ...problems, ...told.flatMap(({ text }) => text), ...failures(told).map(problemNote)],
        answer,
        ...(question ? { question: questionWithButtons(question) } : {}),
        buttons: buttonsBeside(answer.more, true),
        notes: [...turning.notes, ...result.notes],
      }),
    };
  }

  #spoken(
    turning: Turning,
    frame: Partial<Reply>,
    told: readonly Told[],
    instead: readonly string[] = [],
  ): Answered {
    const { message, problems, notes, people } = turning;
    const said = [...told.flatMap(({ text }) => text), ...instead];
    const text = [...problems, ...said];
    const [failed, ...others] = failures(told);
    // Nothing of the message could be done: a script must see that.
    const undone =
      turning.acts.length === 0 && people === undefined ? failureOf(message, problems) : undefined;
    const error = undone ?? failed;
    const sentencesOf = [...choiceText(people), ...text, ...others.map(problemNote)];
    return {
      outcome: waiting(people),
      reply: replyTo(message, 'final', {
        ...frame,
        text: undone ? [] : sentencesOf.length > 0 || error ? sentencesOf : [sentences.nothingSaid],
        ...(error ? { error } : {}),
        ...(people ? { people } : {}),
        // What is the error is not told a second time.
        notes: error ? notes.filter((note) => note !== problemNote(error)) : notes,
      }),
    };
  }

  async #failed(
    turning: Turning,
    told: readonly Told[],
    error: unknown,
    firstPage: readonly string[] | undefined,
  ): Promise<Answered> {
    const { message, state, problems, notes, people, signal } = turning;
    const outcome = { ...(firstPage ? { shown: firstPage } : {}), ...waiting(people) };
    const spoken = [...problems, ...told.flatMap((one) => one.text), ...failures(told).map(problemNote)];
    const text = [...choiceText(people), ...spoken];
    const choice = people ? { people } : {};
    const reason: StopReason | undefined = stopReason(signal);
    if (reason === 'closing' || reason === 'forgotten') throw signal.reason;
    if (reason === 'overtaken') {
      return {
        outcome,
        reply: replyTo(message, 'final', { ...choice, text: [sentences.overtaken, ...text], notes }),
      };
    }
    const report: ErrorReport = asChatReidError(reason ? signal.reason : error, 'answering').report();
    return {
      outcome,
      reply: replyTo(message, 'final', {
        ...choice,
        text,
        chips: chipsOf(state, this.parts.timeZone),
        buttons: buttonsBeside(false, isSearching(state)),
        error: report,
        notes,
      }),
    };
  }

  /** What every reply says of the search. */
  #frame({ state }: Turning, query: Query, scope: Scope): Partial<Reply> {
    const { timeZone } = this.parts;
    return {
      line: searchLine({ ...query, traits: unspokenTraits(state) }, scope, timeZone),
      chips: chipsOf(state, timeZone),
      buttons: buttonsBeside(false, isSearching(state)),
    };
  }
}

const speaking: ReadonlySet<Act['act']> = new Set<Act['act']>([
  'help',
  'unclear',
  'case',
  'verify',
  'compare',
  'describe',
  'why',
  'ask',
  'register',
  'forget',
]);

/** Answered without engine: they do not wait for it. */
const quick: ReadonlySet<Act['act']> = new Set<Act['act']>(['help', 'unclear', 'case', 'forget']);

export function wantsSearch(acts: readonly Act[]): boolean {
  return acts.some((act) => act.act === 'more' || changesSearch(act));
}

function shownOf({ ranking }: SearchResult, { top }: DialogueState): string[] {
  return ranking.slice(0, top).map(({ record }) => record.pictureId);
}

/** People who wait to be chosen from, whatever else became of the message. */
function waiting(people: PeopleChoice | undefined): TurnOutcome {
  return people ? { people: people.people.map(({ pictureId }) => pictureId), frame: people.frameId } : {};
}

function choiceText(people: PeopleChoice | undefined): string[] {
  if (!people) return [];
  const { length } = people.people;
  return [`There are ${length} people in this picture. Which one is it? Say "person 1", or press a number.`];
}

function failures(told: readonly Told[]): ErrorReport[] {
  return told.flatMap(({ error }) => error ?? []);
}

function nothingSought(acts: readonly Act[]): string[] {
  const names = acts.map(({ act }) => act);
  if (names.includes('reset')) return [sentences.startedOver];
  return [sentences.nothingSought];
}

function failureOf({ attachments }: TakenMessage, problems: readonly string[]): ErrorReport | undefined {
  const broken = attachments.find((picture) => 'problem' in picture);
  if (broken) return broken.problem;
  if (problems.length === 0) return undefined;
  return {
    code: 'OPTION_INVALID',
    message: problems.join(' '),
    next: 'Say "help" to see what can be asked.',
  };
}
