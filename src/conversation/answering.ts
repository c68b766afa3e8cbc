/** One turn from what is wanted to its reply: acts told, the search run, its page made. */
import { asChatReidError, type ErrorReport } from '../foundation/error.ts';
import type { Scope } from '../gallery/gallery-store.ts';
import { emptyScope } from '../retrieval/empty-scope.ts';
import type { Query } from '../retrieval/query.ts';
import { searchLine } from '../retrieval/search-line.ts';
import type { SearchResult } from '../retrieval/search-result.ts';
import type { Act } from './act.ts';
import type { Denial } from './act-gate.ts';
import { waitingIn } from './approving.ts';
import type { EngineBudget } from './budgets.ts';
import type { DialogueState, TurnOutcome } from './dialogue-state.ts';
import { traitsOfState, unspokenTraits } from './traits-of-state.ts';
import {
  approvalButtons,
  approvedSearch,
  type Halt,
  haltOf,
  searchOf,
  searchRole,
  wantsSearch,
} from './leave-to-search.ts';
import type { Question } from './question.ts';
import { isSearching } from './reading-message.ts';
import { problemNote } from './intake.ts';
import { buttonsBeside, questionWithButtons } from './replies/buttons.ts';
import { chipsOf } from './replies/chips.ts';
import { withLookAlikes } from './replies/look-alikes.ts';
import { replyTo } from './replies/reply-to.ts';
import { answerOf } from './replies/search-answer.ts';
import { sentences } from './replies/sentences.ts';
import type { Denied, PeopleChoice, Reply } from './reply.ts';
import { queryOf, scopeOf } from './search-of-state.ts';
import type { SessionManagerParts } from './session-parts.ts';
import type { Sight, Sights, View } from './sights.ts';
import { type StopReason, stopReason } from './stopped.ts';
import type { TakenMessage } from './storage/talk-record.ts';
import { Telling, type Told } from './telling.ts';

/** Of the candidates, so many decide which question pays. */
const askedOver = 50;

export interface Turning {
  readonly message: TakenMessage;
  /** Whoever sent the message. */
  readonly view: View;
  readonly acts: readonly Act[];
  /** Sentences about what could not be done, and about what was left out. */
  readonly problems: readonly string[];
  readonly denied: readonly Denial[];
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

/** A search of this turn: whose eyes it is seen with, and what is sought where. */
interface Sought {
  readonly sight: Sight;
  readonly query: Query;
  readonly scope: Scope;
}

interface Searched {
  readonly result: SearchResult;
  readonly question?: Question;
}

export class Answering {
  readonly #telling: Telling;

  constructor(
    private readonly parts: SessionManagerParts,
    private readonly sights: Sights,
    private readonly budget: EngineBudget,
  ) {
    this.#telling = new Telling(parts);
  }

  /** Never rejects for what the user sent or the engine did: that is a reply with an error. */
  async answer(turning: Turning): Promise<Answered> {
    const { reply, outcome } = await this.#answer(turning);
    return { outcome, reply: { ...reply, ...searchOf(turning) } };
  }

  async #answer(turning: Turning): Promise<Answered> {
    let firstPage: readonly string[] | undefined;
    const told: Told[] = [];
    try {
      const { acts, before, state, view, message, signal } = turning;
      if (stopReason(signal) === 'cancelled') signal.throwIfAborted();
      const waited = approvedSearch(acts, before);
      const searcher = waited ? this.sights.of(waited, message.conversation) : view;
      const role = searchRole(acts, searcher, state.gallery);
      const sought = await soughtIn(state, searcher.as(role));
      await this.#tellAll(turning, sought.query, told);
      const frame = this.#frame(turning, sought);
      const wanted = wantsSearch(acts, before, view) && turning.people === undefined;
      if (!wanted) return this.#spoken(turning, frame, told);
      if (!isSearching(state)) return this.#spoken(turning, frame, told, nothingSought(acts));
      const halt = haltOf(state, searcher, role, message.id, this.parts.now?.() ?? new Date());
      if (halt) return this.#halted(turning, frame, told, halt);
      const page = (found: SearchResult) => {
        const result = withLookAlikes(found);
        firstPage = shownOf(result, state);
        turning.first(
          replyTo(message, 'first', {
            ...frame,
            text: [result.decisionDetail.sentence],
            answer: answerOf(result, sought.query, sought.scope, state, this.parts.timeZone),
            notes: result.notes,
            ...searchOf(turning),
          }),
        );
      };
      const searched = await this.budget.run(() => this.#search(turning, sought, page), signal);
      return this.#found(turning, frame, told, sought, searched);
    } catch (error) {
      return this.#failed(turning, told, error, firstPage);
    }
  }

  /** Into `told`, one by one: what fails, and what ends the turn, takes nothing from what was told before. */
  async #tellAll(turning: Turning, query: Query, told: Told[]): Promise<void> {
    const { acts, before, state, view, message, confidence, signal } = turning;
    const sent = message.attachments.flatMap((picture) => ('id' in picture ? [picture] : []));
    const context = {
      conversation: message.conversation,
      view,
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
    { sight, query, scope }: Sought,
    onFirstPage: (result: SearchResult) => void,
  ): Promise<Searched> {
    const { state, signal } = turning;
    const { helping, timeZone } = this.parts;
    const options = { scope, top: Math.max(askedOver, state.top + 1), signal, onFirstPage };
    const result = withLookAlikes(await sight.retrieval.search(state.gallery, query, options));
    signal.throwIfAborted();
    if (result.filter.of === 0) {
      const { sentence, note } = emptyScope(scope, await sight.store.summary(state.gallery), timeZone);
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
    { query, scope }: Sought,
    { result, question }: Searched,
  ): Answered {
    const { message, state } = turning;
    const answer = answerOf(result, query, scope, state, this.parts.timeZone);
    const more = turning.acts.some(({ act }) => act === 'more');
    const verdict = more && answer.cards.length === 0 ? sentences.noMore : result.decisionDetail.sentence;
    return {
      outcome: { shown: shownOf(result, state), ...(question ? { asked: question } : {}) },
      reply: replyTo(message, 'final', {
        ...frame,
        text: [
          verdict,
          ...problemsOf(turning),
          ...told.flatMap(({ text }) => text),
          ...failures(told).map(problemNote),
        ],
        ...deniedOf(turning, told),
        answer,
        ...(question ? { question: questionWithButtons(question) } : {}),
        buttons: buttonsBeside(answer.more, true),
        notes: [...turning.notes, ...result.notes],
      }),
    };
  }

  /** What was said is kept; what the search waits for is asked for. */
  #halted(turning: Turning, frame: Partial<Reply>, told: readonly Told[], halt: Halt): Answered {
    const { awaiting, code } = halt;
    const act = turning.acts.find((one) => wantsSearch([one]))?.act ?? 'case';
    const { reply, outcome } = this.#spoken(turning, frame, [
      ...told,
      { text: [problemNote(halt)], denied: [{ act, code }] },
    ]);
    if (!awaiting) return { reply, outcome };
    return {
      outcome: { ...outcome, awaiting },
      reply: {
        ...reply,
        buttons: [
          ...approvalButtons(awaiting),
          ...reply.buttons.filter(({ act: its }) => its.act !== 'approve'),
        ],
      },
    };
  }

  #spoken(
    turning: Turning,
    frame: Partial<Reply>,
    told: readonly Told[],
    instead: readonly string[] = [],
  ): Answered {
    const { message, notes, people } = turning;
    const said = [...told.flatMap(({ text }) => text), ...instead];
    const text = [...problemsOf(turning), ...said];
    const [failed, ...others] = failures(told);
    // Nothing of the message could be done: a script must see that.
    const undone = turning.acts.length === 0 && people === undefined ? failureOf(turning) : undefined;
    const error = undone ?? failed;
    const sentencesOf = [...choiceText(people), ...text, ...others.map(problemNote)];
    return {
      outcome: waiting(people),
      reply: replyTo(message, 'final', {
        ...frame,
        text: undone ? [] : sentencesOf.length > 0 || error ? sentencesOf : [sentences.nothingSaid],
        ...(error ? { error } : {}),
        ...(people ? { people } : {}),
        ...deniedOf(turning, told),
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
    const { message, notes, people, signal } = turning;
    const outcome = { ...(firstPage ? { shown: firstPage } : {}), ...waiting(people) };
    const spoken = [
      ...problemsOf(turning),
      ...told.flatMap((one) => one.text),
      ...failures(told).map(problemNote),
    ];
    const text = [...choiceText(people), ...spoken];
    const choice = { ...(people ? { people } : {}), ...deniedOf(turning, told) };
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
        ...this.#chips(turning),
        error: report,
        notes,
      }),
    };
  }

  /** What every reply says of the search. */
  #frame(turning: Turning, { query, scope }: Sought): Partial<Reply> {
    const { state, view } = turning;
    if (view.permit.limits(state.gallery) === 'none') return {};
    const line = searchLine({ ...query, traits: unspokenTraits(state) }, scope, this.parts.timeZone);
    const { purpose } = state;
    return { line, ...(purpose === undefined ? {} : { purpose }), ...this.#chips(turning) };
  }

  /** To somebody who may not look at the gallery nothing is said of the search in it. */
  #chips({ state, view }: Turning): Pick<Reply, 'chips' | 'buttons'> {
    if (view.permit.limits(state.gallery) === 'none') return { chips: [], buttons: [] };
    return {
      chips: chipsOf(state, this.parts.timeZone),
      buttons: [...approvalButtons(waitingIn(state)), ...buttonsBeside(false, isSearching(state))],
    };
  }
}

async function soughtIn(state: DialogueState, sight: Sight): Promise<Sought> {
  return { sight, query: await queryOf(state, sight.pictures), scope: scopeOf(state) };
}

/** Each sentence once. */
function problemsOf({ problems, denied }: Pick<Turning, 'problems' | 'denied'>): string[] {
  return [...new Set([...problems, ...denied.map(problemNote)])];
}

function deniedOf({ denied }: Turning, told: readonly Told[]): Pick<Reply, 'denied'> {
  const all: Denied[] = [...denied, ...told.flatMap((one) => one.denied ?? [])].map(({ act, code }) => ({
    act,
    code,
  }));
  return all.length > 0 ? { denied: all } : {};
}

const speaking: ReadonlySet<Act['act']> = new Set<Act['act']>([
  'help',
  'unclear',
  'case',
  'approve',
  'verify',
  'compare',
  'describe',
  'why',
  'ask',
  'register',
  'forget',
]);

/** Answered without engine: they do not wait for it. */
const quick: ReadonlySet<Act['act']> = new Set<Act['act']>(['help', 'unclear', 'case', 'approve', 'forget']);

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

function failureOf({ message, problems, denied }: Turning): ErrorReport | undefined {
  const broken = message.attachments.find((picture) => 'problem' in picture);
  const [first] = denied;
  if (first) {
    const others = problemsOf({ problems, denied }).filter((said) => said !== problemNote(first));
    return { code: first.code, message: [...others, first.message].join(' '), next: first.next };
  }
  if (broken) return broken.problem;
  if (problems.length === 0) return undefined;
  return {
    code: 'OPTION_INVALID',
    message: problems.join(' '),
    next: 'Say "help" to see what can be asked.',
  };
}
