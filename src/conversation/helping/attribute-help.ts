/** Helping by the attributes that the filter sees: the question that pays, what a picture shows, and reasons. */
import type { Encoder } from '../../engine/encoder.ts';
import { ChatReidError } from '../../foundation/error.ts';
import { attributePhrase, presences, type Trait } from '../../foundation/person-attributes.ts';
import type { Picture } from '../../foundation/picture.ts';
import type { GalleryStore } from '../../gallery/gallery-store.ts';
import type { Calibration } from '../../retrieval/calibration.ts';
import type { Query } from '../../retrieval/query.ts';
import { dot, encodeQuery } from '../../retrieval/query-vector.ts';
import type { SearchResult } from '../../retrieval/search-result.ts';
import type { AttributeProbes } from '../../retrieval/traits/attribute-probes.ts';
import {
  type AskedTrait,
  bestQuestion,
  openQuestions,
  payingGain,
} from '../../retrieval/traits/question-choice.ts';
import { rightShares } from '../../retrieval/traits/question-gain.ts';
import { traitPhrase } from '../../retrieval/traits/trait-words.ts';
import type { Helping, SeenTrait, TraitComparison } from '../helping.ts';
import type { Question } from '../question.ts';
import { questionText } from './question-words.ts';
import { sureEnough } from './sure-enough.ts';
import { confidenceSentence, likenessSentence, traitSentences, wordsSentence } from './why-sentences.ts';

export interface AttributeHelpParts {
  readonly store: GalleryStore;
  readonly encoder: Encoder;
  readonly calibration: Calibration;
  /** Absent where the model folder knows no attributes: nothing is asked or described then, and reasons are by similarity. */
  readonly probes?: AttributeProbes;
}

/** A question is answered by a picture that says yes or no to it with this probability. */
const clearAnswer = 0.9;

type PictureFile = { readonly id: string; readonly path: string };

export class AttributeHelp implements Helping {
  constructor(private readonly parts: AttributeHelpParts) {}

  async question(
    result: SearchResult,
    asked: readonly string[],
    known: readonly Trait[],
    pictures: readonly Picture[],
    signal?: AbortSignal,
  ): Promise<Question | undefined> {
    const { probes, store, encoder } = this.parts;
    if (!probes || result.ranking.length < 2) return undefined;
    const sought = await Promise.all(pictures.map((picture) => this.vectorOf(picture, signal)));
    const open = openQuestions(probes, asked, known).filter((one) => !isAnswered(probes, one, sought));
    const { space } = await encoder.describeEncoder();
    signal?.throwIfAborted();
    const ids = result.ranking.map(({ record }) => record.pictureId);
    const vectors = await store.vectors(space, ids);
    const seen = result.ranking.flatMap(({ confidence }, at) => {
      const vector = vectors[at];
      return vector === undefined ? [] : [{ confidence, vector }];
    });
    if (seen.length < 2) return undefined;
    const best = bestQuestion(
      probes,
      rightShares(seen.map(({ confidence }) => confidence)),
      (candidate, name) => probes.distribution(seen[candidate]!.vector, name),
      open,
      known,
    );
    if (best === undefined || best.gain < payingGain) return undefined;
    const { id, name, value, gain } = best;
    return { id, name, value, gain, text: questionText(name, value, known) };
  }

  async describe(picture: PictureFile, signal?: AbortSignal): Promise<readonly SeenTrait[]> {
    const { probes } = this.parts;
    if (!probes) return [];
    const vector = await this.vectorOf(picture, signal);
    return probes.names.flatMap((name) => {
      const { value, probability } = likeliest(probes, vector, name);
      if (probability < sureEnough || value === 'other') return [];
      const trait: Trait = presences.has(name)
        ? { name, value: 'yes', present: value === 'yes' }
        : { name, value, present: true };
      return [{ trait, phrase: traitPhrase(trait), probability }];
    });
  }

  async compare(first: PictureFile, second: PictureFile, signal?: AbortSignal): Promise<TraitComparison> {
    const { probes } = this.parts;
    if (!probes) return { common: [], different: [] };
    const [a, b] = await Promise.all([this.vectorOf(first, signal), this.vectorOf(second, signal)]);
    return compareVectors(probes, a, b);
  }

  async why(
    query: Query,
    candidate: PictureFile & { readonly confidence: number },
    signal?: AbortSignal,
  ): Promise<readonly string[]> {
    const { probes, encoder, calibration } = this.parts;
    const vector = await this.vectorOf(candidate, signal);
    const sentences = [confidenceSentence(candidate.confidence)];
    const { pictures } = query;
    if (pictures.length > 0) {
      const alone = { pictures, words: '', negatives: [] };
      const photo = (await encodeQuery(encoder, alone, calibration.textWeight, signal)).query;
      const similarity = dot(photo, vector);
      sentences.push(
        ...likenessSentence(
          pictures.length,
          similarity,
          calibration.logLikelihoodRatio('image', similarity),
          probes && compareVectors(probes, photo, vector),
        ),
      );
    }
    if (query.words.trim() !== '') {
      const alone = { pictures: [], words: query.words, negatives: [] };
      const words = (await encodeQuery(encoder, alone, calibration.textWeight, signal)).query;
      sentences.push(wordsSentence(query.words, calibration.logLikelihoodRatio('text', dot(words, vector))));
    }
    if (probes) sentences.push(...traitSentences(probes, query.traits ?? [], vector));
    return sentences;
  }

  /** The gallery's own where it has one. @throws ChatReidError PICTURE_* for a picture that cannot be opened */
  private async vectorOf(picture: Picture, signal?: AbortSignal): Promise<Float32Array> {
    const { encoder, store } = this.parts;
    signal?.throwIfAborted();
    const { space } = await encoder.describeEncoder();
    const [kept] = await store.vectors(space, [picture.id]);
    if (kept !== undefined) return kept;
    const [vector] = await encoder.encodePictures([picture], signal ? { signal } : {});
    if (vector instanceof Float32Array) return vector;
    throw (
      vector ??
      new ChatReidError('PICTURE_DAMAGED', 'The picture gave no embedding.', 'Send another picture.')
    );
  }
}

/** Whether the pictures of the person say clearly yes or no, taken together. */
function isAnswered(
  probes: AttributeProbes,
  { name, value }: AskedTrait,
  pictures: readonly Float32Array[],
): boolean {
  if (pictures.length === 0) return false;
  const place = probes.values(name).indexOf(value);
  const yes = pictures.reduce((sum, vector) => sum + probes.distribution(vector, name)[place]!, 0);
  const share = yes / pictures.length;
  return Math.max(share, 1 - share) > clearAnswer;
}

function likeliest(probes: AttributeProbes, vector: Float32Array, name: Trait['name']) {
  const distribution = probes.distribution(vector, name);
  const probability = Math.max(...distribution);
  return { value: probes.values(name)[distribution.indexOf(probability)]!, probability };
}

/** Things are compared by their presence, everything else by the likeliest value of each. */
function compareVectors(probes: AttributeProbes, first: Float32Array, second: Float32Array): TraitComparison {
  const common: { phrase: string; first: number; second: number; telling: number }[] = [];
  const different: typeof common = [];
  for (const name of probes.names) {
    const values = probes.values(name);
    const [a, b] = [probes.distribution(first, name), probes.distribution(second, name)];
    for (const [at, value] of values.entries()) {
      const phrase = value === 'other' ? undefined : attributePhrase(name, value);
      if (phrase === undefined) continue;
      const [one, other] = [a[at]!, b[at]!];
      const entry = { phrase, first: one, second: other };
      if (Math.min(one, other) >= sureEnough) {
        // That both wear what hardly anybody wears says more than that both are adults.
        common.push({ ...entry, telling: -Math.min(one, other) * Math.log(probes.share(name, at)) });
      } else if (Math.max(one, other) >= sureEnough && Math.min(one, other) <= 1 - sureEnough) {
        different.push({ ...entry, telling: Math.abs(one - other) });
      }
    }
  }
  const plain = (list: typeof common) =>
    list
      .sort((x, y) => y.telling - x.telling)
      .map(({ phrase, first, second }) => ({ phrase, first, second }));
  return { common: plain(common), different: plain(different) };
}
