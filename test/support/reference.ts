/** Reads test/fixtures/reference: what Hugging Face's Qwen2-VL gives for the tiny model. Its README describes the files. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { PatchGrid, PicturePatches } from '../../src/engine/image-processor.ts';
import type { Prompt } from '../../src/engine/prompt.ts';
import { type Picture, pictureFromBytes } from '../../src/foundation/picture.ts';

export interface TensorPlace {
  readonly file: string;
  readonly offset: number;
  readonly shape: readonly number[];
}

export interface ReferencePicture {
  readonly picture: string;
  readonly width: number;
  readonly height: number;
  readonly grid_thw: PatchGrid;
  readonly pixel_values: TensorPlace;
  readonly image_features: TensorPlace;
}

export type ReferencePart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'picture'; readonly picture: string };

export interface ReferencePrompt {
  readonly name: string;
  readonly turns: readonly {
    readonly role: 'system' | 'user' | 'assistant';
    readonly parts: readonly ReferencePart[];
  }[];
  readonly add_vision_id: boolean;
  readonly pictures: readonly string[];
  readonly ids: readonly number[];
  readonly position_ids: readonly (readonly number[])[];
  readonly rope_delta: number;
  readonly greedy: readonly number[];
  readonly greedy_text: string;
  readonly logits: TensorPlace;
}

export interface ReferenceBatch {
  readonly name: string;
  readonly prompts: readonly string[];
  readonly ids: readonly (readonly number[])[];
  readonly position_ids: readonly (readonly (readonly number[])[])[];
  readonly logits: TensorPlace;
}

export interface ReferenceTokens {
  readonly text: string;
  readonly corner: boolean;
  readonly qwen: { readonly special: readonly number[]; readonly plain: readonly number[] };
  readonly tiny: { readonly special: readonly number[]; readonly plain: readonly number[] };
}

const folder = new URL('../fixtures/reference/', import.meta.url);
export const tinyModel = fileURLToPath(new URL('../fixtures/tiny-qwen2vl', import.meta.url));

export const referencePictures = json<{ pictures: ReferencePicture[] }>('pictures.json').pictures;
export const referencePrompts = json<{ prompts: ReferencePrompt[] }>('prompts.json').prompts;
export const referenceBatches = json<{ batches: ReferenceBatch[] }>('batches.json').batches;
export const referenceTokens = json<{ cases: ReferenceTokens[] }>('tokens.json').cases;

const unpacked = new Map<string, Buffer>();

/** A whole gzipped file. */
export function referenceBytes(file: string): Buffer {
  const bytes = unpacked.get(file) ?? gunzipSync(readFileSync(new URL(file, folder)));
  unpacked.set(file, bytes);
  return bytes;
}

export function referenceTensor({ file, offset, shape }: TensorPlace): Float32Array {
  const bytes = referenceBytes(file);
  const length = shape.reduce((product, size) => product * size, 1);
  return new Float32Array(
    bytes.buffer.slice(bytes.byteOffset + 4 * offset, bytes.byteOffset + 4 * (offset + length)),
  );
}

const pictures = new Map<string, Picture>();

export function referencePicture(name: string): Picture {
  const picture = pictures.get(name) ?? pictureFromBytes(readFileSync(new URL(`pictures/${name}`, folder)));
  pictures.set(name, picture);
  return picture;
}

/** The reference's own pixel values of a reference picture, in place of ours. */
export async function referencePatches(picture: Picture): Promise<PicturePatches> {
  const found = referencePictures.find(({ picture: name }) => referencePicture(name).id === picture.id);
  if (!found) throw new Error('not a reference picture');
  return { pixels: referenceTensor(found.pixel_values), grid: found.grid_thw };
}

/** @param keepAfter put a `keep` part behind each part with this number in its turn */
export function promptOf(reference: ReferencePrompt, keepAfter: readonly number[] = []): Prompt {
  return {
    version: 'reference@1',
    turns: reference.turns.map(({ role, parts }) => ({
      role,
      parts: parts.flatMap((part, i) => [
        part.type === 'text' ? part : { type: 'picture' as const, picture: referencePicture(part.picture) },
        ...(keepAfter.includes(i) ? [{ type: 'keep' as const }] : []),
      ]),
    })),
  };
}

function json<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as T;
}
