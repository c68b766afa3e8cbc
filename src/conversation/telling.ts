/** Acts that are answered with sentences: compare, verify, why, describe, ask, register, forget, case, help. */
import { asChatReidError, type ErrorReport } from '../foundation/error.ts';
import { roleOfAct } from '../trust/access/roles.ts';
import {
  attributePhrases,
  parseAttributeReply,
  parseComparisonReply,
} from '../foundation/person-attributes.ts';
import type { Query } from '../retrieval/query.ts';
import type { Act, PictureRef } from './act.ts';
import { AskingModel, type PictureFile } from './asking-model.ts';
import type { DialogueState } from './dialogue-state.ts';
import { resolveRef } from './picture-refs.ts';
import { helpText } from './replies/help-text.ts';
import {
  capital,
  comparedSentences,
  count,
  describedSentence,
  phrasesSentence,
  sameMeaning,
  sameSentence,
  sentences,
} from './replies/sentences.ts';
import type { Denied } from './reply.ts';
import type { SessionManagerParts } from './session-parts.ts';
import type { Sight, View } from './sights.ts';

export interface Told {
  readonly text: readonly string[];
  readonly error?: ErrorReport;
  readonly denied?: readonly Denied[];
}

/** What an act is said in front of: the state before the turn, to which numbers refer, and the search. */
export interface TellingContext {
  readonly conversation: string;
  /** Of whoever says it. */
  readonly view: View;
  readonly state: DialogueState;
  readonly query: Query;
  /** Confidence of a candidate in the answer that was shown last. */
  confidence(pictureId: string): Promise<number | undefined>;
  /** Times of pictures that were sent with the message, by id. */
  readonly times: ReadonlyMap<string, string>;
  readonly names: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
}

/** What an act may look at, by the role that it takes. */
interface SeenContext extends TellingContext {
  readonly sight: Sight;
}

const refusedRegister: Denied = { act: 'register', code: 'ACCESS_DENIED' };

const ownAttributes = ['Common', 'First', 'Second'] as const;

export class Telling {
  readonly #model: AskingModel;

  constructor(private readonly parts: SessionManagerParts) {
    this.#model = new AskingModel(parts);
  }

  /** @returns undefined for an act that is no question. @throws ChatReidError PICTURE_*, ENGINE_*, REMOTE_*, CANCELLED */
  async tell(act: Act, said: TellingContext): Promise<Told | undefined> {
    const context: SeenContext = { ...said, sight: said.view.as(roleOfAct[act.act]) };
    switch (act.act) {
      case 'help':
        return { text: helpText };
      case 'unclear':
        return { text: [act.hint] };
      case 'case':
        return { text: [`Noted as the purpose of this search: ${act.purpose}`] };
      case 'approve':
        return { text: [sentences.approved] };
      case 'verify':
        return this.#verify(act.first, act.second, context);
      case 'compare':
        return this.#compare(act.first, act.second, context);
      case 'describe':
        return { text: await this.#describe(act.picture, context) };
      case 'why':
        return this.#why(act.picture ?? { rank: 1 }, context);
      case 'ask':
        return this.#ask(act.question, act.picture, context);
      case 'register':
        return this.#register(act, context);
      case 'forget':
        return this.#forget(act.pictures, context);
      default:
        return undefined;
    }
  }

  async #verify(first: PictureRef, second: PictureRef, context: SeenContext): Promise<Told> {
    const [one, other] = await this.#both(first, second, context);
    const names = [nameOf(first, context), nameOf(second, context)] as const;
    if (one.id === other.id) return { text: [`${capital(names[0])} and ${names[1]} are the same picture.`] };
    const { share, by } = await this.#model.same(one, other, context.signal);
    return { text: [sameSentence(names[0], names[1], share), sameMeaning[by]] };
  }

  async #compare(first: PictureRef, second: PictureRef, context: SeenContext): Promise<Told> {
    const [one, other] = await this.#both(first, second, context);
    const compared = await this.parts.helping?.compare(one, other, context.signal);
    if (compared && compared.common.length + compared.different.length > 0) {
      return {
        text: comparedSentences(nameOf(first, context), nameOf(second, context), compared),
      };
    }
    if (!(await this.#model.speaks())) return { text: [sentences.noAttributes] };
    const reply = await this.#model.words('compare', { first: one, second: other }, context.signal);
    const parsed = parseComparisonReply(reply);
    const lists = [parsed.common, parsed.first, parsed.second].map(attributePhrases);
    if (lists.every((list) => list.length === 0)) return { text: [reply] };
    return { text: lists.map((list, at) => phrasesSentence(ownAttributes[at]!, list)) };
  }

  async #describe(picture: PictureRef, context: SeenContext): Promise<string[]> {
    const one = await this.#one(picture, context);
    const what = nameOf(picture, context);
    const seen = (await this.parts.helping?.describe(one, context.signal)) ?? [];
    if (seen.length > 0) return [describedSentence(what, seen)];
    if (!(await this.#model.speaks())) return [sentences.noAttributes];
    const reply = await this.#model.words('attributes', { picture: one }, context.signal);
    const phrases = attributePhrases(parseAttributeReply(reply));
    return [phrases.length > 0 ? phrasesSentence(capital(what), phrases) : reply];
  }

  async #why(picture: PictureRef, context: SeenContext): Promise<Told> {
    const one = await this.#one(picture, context);
    const confidence = await context.confidence(one.id);
    const { query, signal } = context;
    const what = capital(nameOf(picture, context));
    if (confidence === undefined) return { text: [`${what} is not among the candidates that were shown.`] };
    if (this.parts.helping) {
      const reasons = await this.parts.helping.why(query, { ...one, confidence }, signal);
      if (reasons.length > 0) return { text: reasons };
    }
    const sought = query.pictures.at(-1);
    if (!(await this.#model.speaks()) || !sought || !('path' in sought)) {
      return { text: [sentences.noAttributes] };
    }
    return this.#compare({ pictureId: sought.id }, picture, context);
  }

  async #ask(question: string, picture: PictureRef, context: SeenContext): Promise<Told> {
    const one = await this.#one(picture, context);
    if (!(await this.#model.speaks())) {
      const seen = (await this.parts.helping?.describe(one, context.signal)) ?? [];
      return {
        text: [
          sentences.noLanguageModel,
          ...(seen.length > 0 ? [describedSentence(nameOf(picture, context), seen)] : []),
        ],
      };
    }
    return { text: [await this.#model.words('ask', { picture: one, words: question }, context.signal)] };
  }

  async #register(act: Extract<Act, { act: 'register' }>, context: SeenContext): Promise<Told> {
    const { register } = this.parts;
    if (!register) return { text: [sentences.noRegister] };
    const gallery = context.state.gallery;
    const text: string[] = [];
    const denied: Denied[] = [];
    let [added, already] = [0, 0];
    const { camera, place, person } = act;
    for (const ref of act.pictures) {
      const id = resolveRef(ref, context.state) ?? '';
      const name = context.names.get(id) ?? id.slice(0, 8);
      const time = act.time ?? context.times.get(id);
      const facts = {
        ...(camera === undefined ? {} : { camera }),
        ...(place === undefined ? {} : { place }),
        ...(person === undefined ? {} : { person }),
        ...(time === undefined ? {} : { time }),
      };
      try {
        const { path } = await context.sight.pictures.find(id);
        const done = await register(gallery, [{ name, path }], facts, context.signal, context.sight.store);
        added += done.added;
        already += done.already;
        text.push(
          ...done.notes,
          ...done.failed.map(({ source, message, next }) => `${source}: ${message} ${next}`),
        );
        if (done.failed.some(({ code }) => code === 'ACCESS_DENIED')) denied.push(refusedRegister);
      } catch (error) {
        context.signal.throwIfAborted();
        // Those before it are in the gallery already, which must be said.
        const { code, message, next } = asChatReidError(error, 'keeping a picture').report();
        if (code === 'ACCESS_DENIED') denied.push(refusedRegister);
        text.push(`${name}: ${message} ${next}`);
      }
    }
    if (already > 0)
      text.unshift(`The gallery ${gallery} has ${count(already, 'picture')} of these already.`);
    if (added > 0) text.unshift(`${capital(count(added, 'picture'))} kept in the gallery ${gallery}.`);
    return { text, ...(denied.length > 0 ? { denied } : {}) };
  }

  async #forget(refs: readonly PictureRef[], context: SeenContext): Promise<Told> {
    const { uploads } = this.parts;
    const { state, conversation } = context;
    const ids = refs.flatMap((ref) => resolveRef(ref, state) ?? []);
    const { removed, elsewhere } = await this.#removed(ids, context);
    await uploads.forget(conversation, ids);
    const text =
      removed > 0
        ? `${capital(count(removed, 'picture'))} removed from the gallery ${state.gallery} and from this talk.`
        : `Removed from this talk; the gallery ${state.gallery} did not have it.`;
    return { text: elsewhere > 0 ? [text, stayElsewhere(elsewhere)] : [text] };
  }

  /** Pictures that whoever asks may not see are left as they are. */
  async #removed(ids: readonly string[], { state, conversation, view, sight }: SeenContext) {
    const { forget, store } = this.parts;
    if (!forget) return { removed: await sight.store.remove(state.gallery, ids), elsewhere: 0 };
    const { gallery } = state;
    const [seen, held, named] = await Promise.all([
      sight.store.records(gallery, ids),
      store.galleriesOf(ids),
      sight.store.galleriesOf(ids),
    ]);
    const theirs = ids.filter((_, at) => seen[at] !== undefined || held[at]?.length === 0);
    const { removed } = await forget(gallery, theirs, { conversation, user: view.user });
    // Of galleries that are not there for them nothing is said.
    const elsewhere = theirs.filter((id) => named[ids.indexOf(id)]?.some((name) => name !== gallery));
    return { removed, elsewhere: elsewhere.length };
  }

  async #both(first: PictureRef, second: PictureRef, context: SeenContext) {
    return [await this.#one(first, context), await this.#one(second, context)] as const;
  }

  async #one(ref: PictureRef, { state, sight }: SeenContext): Promise<PictureFile> {
    return sight.pictures.find(resolveRef(ref, state) ?? '');
  }
}

function stayElsewhere(pictures: number): string {
  return pictures === 1
    ? 'Another gallery has it too: it stays there.'
    : `Other galleries have ${pictures} of them too: they stay there.`;
}

function nameOf(ref: PictureRef, { state, times, names }: TellingContext): string {
  if ('rank' in ref) return `candidate ${ref.rank}`;
  const id = resolveRef(ref, state);
  if (id !== undefined && (names.has(id) || times.has(id))) return 'the picture you sent';
  const rank = id === undefined ? -1 : state.shown.indexOf(id);
  if (rank >= 0) return `candidate ${rank + 1}`;
  if ('query' in ref || (id !== undefined && state.pictures.includes(id))) return 'the photo';
  return 'that picture';
}
