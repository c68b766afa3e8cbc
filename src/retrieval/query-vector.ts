/** A query as one unit vector of the filter's space. */
import type { Encoder } from '../engine/encoder.ts';
import type { Picture } from '../foundation/picture.ts';
import type { Query } from './query.ts';

export interface QueryVectors {
  readonly query: Float32Array;
  /** One a negative picture. */
  readonly negatives: readonly Float32Array[];
}

/**
 * Pictures are averaged, words are added with `textWeight`, the sum is scaled to length 1. Negatives stay apart: they are
 * people, not directions, and are weighed one by one in `Calibration.confidence`.
 *
 * @throws ChatReidError PICTURE_* for a picture that cannot be opened, QUERY_WORDS_UNSUPPORTED
 */
export async function encodeQuery(
  encoder: Encoder,
  query: Query,
  textWeight: number,
  signal?: AbortSignal,
): Promise<QueryVectors> {
  const options = signal ? { signal } : {};
  const words = query.words.trim();
  const [pictures, texts] = await Promise.all([
    encodeOrThrow(encoder, [...query.pictures, ...query.negatives], options),
    words ? encoder.encodeTexts([words], options) : Promise.resolve([]),
  ]);
  const positives = pictures.slice(0, query.pictures.length);
  return {
    query: mixedVector(positives, texts, textWeight),
    negatives: pictures.slice(query.pictures.length),
  };
}

/** Unit vectors of one query's pictures and words, as the one unit vector that is searched with. */
export function mixedVector(
  pictures: readonly Float32Array[],
  texts: readonly Float32Array[],
  textWeight: number,
): Float32Array {
  const sum = new Float32Array((pictures[0] ?? texts[0])?.length ?? 0);
  for (const vector of pictures) addScaled(sum, vector, 1 / pictures.length);
  for (const vector of texts) addScaled(sum, vector, pictures.length > 0 ? textWeight : 1);
  return normalise(sum);
}

async function encodeOrThrow(
  encoder: Encoder,
  pictures: readonly Picture[],
  options: { signal?: AbortSignal },
): Promise<Float32Array[]> {
  if (pictures.length === 0) return [];
  const encoded = await encoder.encodePictures(pictures, options);
  return encoded.map((vector) => {
    if (vector instanceof Error) throw vector;
    return vector;
  });
}

function addScaled(sum: Float32Array, vector: Float32Array, weight: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += weight * (vector[i] ?? 0);
}

function normalise(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  return length > 0 ? vector.map((x) => x / length) : vector;
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
