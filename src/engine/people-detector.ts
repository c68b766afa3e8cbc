/** Finds the people in a picture with the small network in `people` of chatreid.json, in this process. */
import { z } from 'zod';
import { asChatReidError, ChatReidError } from '../foundation/error.ts';
import {
  boxArea,
  boxInside,
  boxOverlap,
  type FoundPerson,
  type PeopleFound,
  sharedArea,
} from '../foundation/person-box.ts';
import { decodeRgb, inspectPicture, type RgbPicture } from '../foundation/picture.ts';
import { OpenCalls } from './checkpoint.ts';
import { ModelFolder } from './model-folder.ts';
import { Device, floatTensor, type OnnxSession, tensorFloats, toFloat32 } from './onnx-session.ts';
import { planes } from './picture-planes.ts';

const peopleConfig = z.object({
  file: z.string(),
  /** The longer side of what the network looks at, in pixels. */
  side: z.number().int().positive(),
  /** A person less sure than this is none, 0 to 1. */
  score: z.number().min(0).max(1),
  /** Boxes that overlap more than this are of one person. */
  overlap: z.number().min(0).max(1),
});

type PeopleConfig = z.infer<typeof peopleConfig>;

export interface PeopleDetectorOptions {
  /** The model folder. */
  readonly model: string;
  readonly cacheFolder?: string;
  /** Threads of one run. Default: one a core. */
  readonly threads?: number;
}

/** The network answers for cells of so many pixels, and halves its picture so often that sides must be multiples of 32. */
const stride = 8;
const multiple = 32;
/** What is beside the picture. */
const grey = 114;
/** The network takes pixels from 0 to 255 as they are. */
const asTheyAre = { scale: 1, mean: [0, 0, 0], std: [1, 1, 1] };

/** A box of which so much lies in a surer one shows a part of that person: legs, a bag. */
const inside = 0.85;

interface Looked {
  readonly pixels: RgbPicture;
  readonly width: number;
  readonly height: number;
}

export class PeopleDetector {
  readonly #config: PeopleConfig;
  readonly #session: OnnxSession;
  readonly #calls = new OpenCalls();

  private constructor(config: PeopleConfig, session: OnnxSession) {
    this.#config = config;
    this.#session = session;
  }

  /**
   * @returns undefined where the model folder has no people detector
   * @throws ChatReidError MODEL_MISSING, MODEL_DAMAGED
   */
  static async open(options: PeopleDetectorOptions): Promise<PeopleDetector | undefined> {
    const { cacheFolder } = options;
    const folder = await ModelFolder.open(options.model, cacheFolder === undefined ? {} : { cacheFolder });
    const card = (await folder.json('chatreid.json').catch(() => ({}))) as { people?: unknown };
    if (card.people === undefined) return undefined;
    const config = peopleConfig.safeParse(card.people);
    if (!config.success) {
      throw new ChatReidError(
        'MODEL_DAMAGED',
        `The section "people" in chatreid.json of ${folder.path} cannot be read.`,
        'Copy or download the model folder again.',
        config.error,
      );
    }
    await folder.verify([config.data.file]);
    const device = new Device('cpu', options.threads);
    return new PeopleDetector(config.data, await device.open(await folder.existing(config.data.file)));
  }

  /** @throws ChatReidError PICTURE_*, CANCELLED, ENGINE_CLOSED */
  async detect(bytes: Uint8Array, options: { readonly signal?: AbortSignal } = {}): Promise<PeopleFound> {
    return this.#calls.run(options.signal, async (checkpoint) => {
      const { pixels, width, height } = await this.#look(bytes);
      await checkpoint();
      const padded = padToMultiple(pixels);
      const [input] = this.#session.inputs.values();
      const [output] = this.#session.outputs.keys();
      const name = output ?? 'people';
      const tensor = floatTensor(input?.type, planes(padded, asTheyAre), [1, 3, padded.height, padded.width]);
      const answer = (await this.#session.run({ [input?.name ?? 'pictures']: tensor }, [name]))[name];
      const cells = answer && toFloat32(tensorFloats(answer));
      const columns = padded.width / stride;
      if (cells?.length !== (5 * columns * padded.height) / stride) {
        throw new ChatReidError(
          'MODEL_DAMAGED',
          `${this.#config.file} does not answer as a people detector does.`,
          'Copy or download the model folder again.',
        );
      }
      const found = surestOfEach(peaks(cells, columns, this.#config.score), this.#config.overlap);
      const [across, down] = [width / pixels.width, height / pixels.height];
      const people = found.map(({ score, left, top, right, bottom }): FoundPerson => {
        const edges = { left: left * across, top: top * down, right: right * across, bottom: bottom * down };
        return { score, box: boxInside(edges, { width, height }) };
      });
      return { width, height, people };
    });
  }

  async close(): Promise<void> {
    if (await this.#calls.close()) await this.#session.release();
  }

  /** The picture as small as the network looks at it, and its own size. A smaller one is made larger. */
  async #look(bytes: Uint8Array): Promise<Looked> {
    try {
      const { width, height } = await inspectPicture(bytes);
      const scale = this.#config.side / Math.max(width, height);
      const size = {
        width: Math.max(1, Math.round(width * scale)),
        height: Math.max(1, Math.round(height * scale)),
        kernel: 'linear' as const,
      };
      return { pixels: await decodeRgb(bytes, size), width, height };
    } catch (error) {
      throw asChatReidError(error, 'opening a picture');
    }
  }
}

function padToMultiple({ width, height, data }: RgbPicture): RgbPicture {
  const wide = Math.ceil(width / multiple) * multiple;
  const high = Math.ceil(height / multiple) * multiple;
  const padded = new Uint8Array(3 * wide * high).fill(grey);
  for (let row = 0; row < height; row++) {
    padded.set(data.subarray(3 * row * width, 3 * (row + 1) * width), 3 * row * wide);
  }
  return { width: wide, height: high, data: padded };
}

interface Peak {
  readonly score: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Cells that are surer than their eight neighbours, the surest first. `cells`: five planes, a score before the sigmoid and four distances. */
function peaks(cells: Float32Array, columns: number, least: number): Peak[] {
  const area = cells.length / 5;
  const rows = area / columns;
  const at = (row: number, column: number) =>
    row < 0 || row >= rows || column < 0 || column >= columns
      ? Number.NEGATIVE_INFINITY
      : (cells[row * columns + column] as number);
  const found: Peak[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const logit = at(row, column);
      const score = 1 / (1 + Math.exp(-logit));
      // Not a number is no peak either.
      if (!(score >= least) || !isPeak(at, row, column)) continue;
      const cell = row * columns + column;
      const [x, y] = [(column + 0.5) * stride, (row + 0.5) * stride];
      const distance = (side: number) => cells[side * area + cell] as number;
      found.push({
        score,
        left: x - distance(1),
        top: y - distance(2),
        right: x + distance(3),
        bottom: y + distance(4),
      });
    }
  }
  return found.sort((a, b) => b.score - a.score);
}

function isPeak(at: (row: number, column: number) => number, row: number, column: number): boolean {
  const own = at(row, column);
  for (let down = -1; down <= 1; down++) {
    for (let across = -1; across <= 1; across++) {
      if (at(row + down, column + across) > own) return false;
    }
  }
  return true;
}

/** Of boxes that lie on or in one another only the surest is kept. */
function surestOfEach(sorted: readonly Peak[], overlap: number): Peak[] {
  const kept: Peak[] = [];
  for (const peak of sorted) {
    const box = asBox(peak);
    const again = kept.some((other) => {
      const known = asBox(other);
      return boxOverlap(box, known) > overlap || sharedArea(box, known) > inside * boxArea(box);
    });
    if (!again) kept.push(peak);
  }
  return kept;
}

function asBox({ left, top, right, bottom }: Peak) {
  return { left, top, width: right - left, height: bottom - top };
}
