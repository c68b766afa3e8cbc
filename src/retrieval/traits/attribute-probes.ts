/** What the filter's embedding says of a person: for every attribute a calibrated probability of each of its values. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ChatReidError } from '../../foundation/error.ts';
import { type AttributeName, attributeNames } from '../../foundation/person-attributes.ts';
import type { QueryKind } from '../query.ts';

export const attributesFile = 'attributes.json';

const attributeSchema = z.object({
  values: z.array(z.string()).min(2),
  /** Share of held-out people's pictures whose likeliest value is the right one. */
  heldOut: z.number().min(0).max(1),
  /** How common each value is among the people it was learned from. */
  share: z.array(z.number().gt(0).max(1)),
  scale: z.array(z.number()),
  bias: z.array(z.number()),
  /** A row a value: signed bytes in base64, to be multiplied with `scale`. */
  rows: z.array(z.string()),
});

const schema = z.object({
  version: z.literal(1),
  /** Checksum of the picture encoder that the rows were fitted to, as chatreid.json names it. */
  filter: z.string(),
  dimension: z.int().min(1),
  /** How much what was said weighs beside the similarity, by the kind of query; chosen on held-out people. */
  evidence: z.object({ image: z.number().min(0), text: z.number().min(0), mixed: z.number().min(0) }),
  attributes: z.partialRecord(z.enum(attributeNames), attributeSchema),
});

const manifestSchema = z.object({
  checksums: z.record(z.string(), z.string()).optional(),
  filter: z.object({ image: z.object({ file: z.string() }).optional() }).nullish(),
});

interface Probe {
  readonly values: readonly string[];
  readonly heldOut: number;
  readonly share: readonly number[];
  readonly bias: readonly number[];
  /** [values, dimension] */
  readonly weights: Float32Array;
}

export class AttributeProbes {
  readonly #probes: ReadonlyMap<AttributeName, Probe>;
  readonly #evidence: z.infer<typeof schema>['evidence'];
  readonly dimension: number;

  constructor(numbers: unknown) {
    const { attributes, dimension, evidence } = schema.parse(numbers);
    this.dimension = dimension;
    this.#evidence = evidence;
    this.#probes = new Map(
      attributeNames.flatMap((name) => {
        const one = attributes[name];
        return one === undefined ? [] : [[name, probeOf(one, dimension)] as const];
      }),
    );
  }

  /**
   * @returns undefined where the model folder has no probes
   * @throws ChatReidError MODEL_DAMAGED (no such numbers, not the file that chatreid.json lists, made for another filter)
   */
  static async read(modelFolder: string): Promise<AttributeProbes | undefined> {
    const path = join(modelFolder, attributesFile);
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw damaged(path, 'cannot be read', error);
    });
    if (bytes === undefined) return undefined;
    try {
      const manifest = manifestSchema.parse(
        JSON.parse(await readFile(join(modelFolder, 'chatreid.json'), 'utf8')),
      );
      const listed = manifest.checksums ?? {};
      const wanted = listed[attributesFile];
      if (wanted !== undefined && wanted !== `sha256:${createHash('sha256').update(bytes).digest('hex')}`) {
        throw damaged(path, 'is not the file that chatreid.json names (its checksum differs)');
      }
      const numbers = schema.parse(JSON.parse(bytes.toString('utf8')));
      const encoder = listed[manifest.filter?.image?.file ?? ''];
      if (encoder !== undefined && encoder !== numbers.filter) {
        throw damaged(path, 'was made for another filter than the one beside it');
      }
      return new AttributeProbes(numbers);
    } catch (error) {
      if (error instanceof ChatReidError) throw error;
      throw damaged(path, 'does not hold attribute probes', error);
    }
  }

  /** Attributes that can be told, in the order of the table. */
  get names(): readonly AttributeName[] {
    return [...this.#probes.keys()];
  }

  /** Values of an attribute; empty for one that cannot be told. `other` is a colour without a word of its own. */
  values(name: AttributeName): readonly string[] {
    return this.#probes.get(name)?.values ?? [];
  }

  /** Share of held-out people's pictures in which the likeliest value is right, 0 to 1. */
  heldOut(name: AttributeName): number {
    return this.#probes.get(name)?.heldOut ?? 0;
  }

  /** How common the value at this place of {@link values} is among the people it was learned from, over 0 to 1. */
  share(name: AttributeName, at: number): number {
    return this.#probes.get(name)?.share[at] ?? 1;
  }

  /** How much what was said of the person weighs beside the similarity of such a query. */
  weight(kind: QueryKind): number {
    return this.#evidence[kind];
  }

  /**
   * Probabilities of the attribute's {@link values}, summing to 1.
   *
   * @param vector embedding of a picture, of {@link dimension} numbers
   */
  distribution(vector: Float32Array, name: AttributeName): number[] {
    const probe = this.#probes.get(name);
    if (probe === undefined) return [];
    const { weights, bias } = probe;
    const logits = bias.map((start, row) => start + dotAt(weights, row * vector.length, vector));
    const top = Math.max(...logits);
    const worths = logits.map((logit) => Math.exp(logit - top));
    const total = worths.reduce((sum, worth) => sum + worth, 0);
    return worths.map((worth) => worth / total);
  }
}

function probeOf(
  { values, heldOut, share, scale, bias, rows }: z.infer<typeof attributeSchema>,
  dimension: number,
): Probe {
  if ([share, scale, bias, rows].some((list) => list.length !== values.length)) {
    throw new RangeError('A probe needs a row, a scale, a bias and a share for every value.');
  }
  const weights = new Float32Array(values.length * dimension);
  for (const [row, text] of rows.entries()) {
    const bytes = new Int8Array(Buffer.from(text, 'base64'));
    if (bytes.length !== dimension) throw new RangeError(`A row has ${bytes.length} numbers.`);
    for (let i = 0; i < dimension; i++) weights[row * dimension + i] = bytes[i]! * scale[row]!;
  }
  return { values, heldOut, share, bias, weights };
}

/** Four sums at once: a thousand candidates are weighed while somebody waits. */
function dotAt(weights: Float32Array, from: number, vector: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < vector.length; i += 4) {
    a += weights[from + i]! * vector[i]!;
    b += weights[from + i + 1]! * vector[i + 1]!;
    c += weights[from + i + 2]! * vector[i + 2]!;
    d += weights[from + i + 3]! * vector[i + 3]!;
  }
  for (; i < vector.length; i++) a += weights[from + i]! * vector[i]!;
  return a + b + (c + d);
}

function damaged(path: string, what: string, cause?: unknown): ChatReidError {
  return new ChatReidError(
    'MODEL_DAMAGED',
    `${path} ${what}.`,
    'Restore the model folder, or make the file again with model/hpt/filter/probes.py.',
    cause,
  );
}
