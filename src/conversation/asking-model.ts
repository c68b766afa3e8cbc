/** Questions about one or two pictures to the language model, or to the filter where there is none. */
import type { Encoder } from '../engine/encoder.ts';
import type { Engine } from '../engine/engine.ts';
import type { Part } from '../engine/prompt.ts';
import { ChatReidError } from '../foundation/error.ts';
import type { GalleryStore } from '../gallery/gallery-store.ts';
import { type Calibration, sigmoid } from '../retrieval/calibration.ts';
import { type FusionNumbers, pairWorth } from '../retrieval/fusion.ts';
import { fillPrompt, readPromptFile } from '../retrieval/prompt-file.ts';
import { dot } from '../retrieval/query-vector.ts';

export interface PictureFile {
  readonly id: string;
  /** Absolute path. */
  readonly path: string;
}

interface AskingParts {
  readonly engine?: Engine;
  readonly encoder: Encoder;
  readonly store: GalleryStore;
  readonly calibration: Calibration;
  /** How much the language model's answer weighs beside the filter; absent: its answer alone counts. */
  readonly fusion?: FusionNumbers;
}

/** Words of an answer that are worth reading. */
const maxTokens = 128;

export class AskingModel {
  constructor(private readonly parts: AskingParts) {}

  /** Whether there is a model whose own words are worth reading. */
  async speaks(): Promise<boolean> {
    const { engine } = this.parts;
    return engine !== undefined && (await engine.describe()).speaks !== false;
  }

  /** Probability, 0 to 1, that two pictures show one person, and whose number it is. */
  async same(
    first: PictureFile,
    second: PictureFile,
    signal: AbortSignal,
  ): Promise<{ readonly share: number; readonly by: 'model' | 'filter' | 'both' }> {
    const { engine, fusion } = this.parts;
    if (!engine) return { share: sigmoid(await this.#likeness(first, second, signal)), by: 'filter' };
    const prompt = fillPrompt(await readPromptFile('verify-image'), {
      candidate: [pictured(first)],
      query: [pictured(second)],
    });
    const [[yes = 0, no = 0] = []] = await engine.score([prompt], ['Yes', 'No'], { signal });
    if (!fusion?.image) return { share: sigmoid(yes - no), by: 'model' };
    const likeness = await this.#likeness(first, second, signal);
    return { share: sigmoid(pairWorth(fusion.image, likeness, yes - no)), by: 'both' };
  }

  /** The reply to a prompt of prompts/ in words. @throws ChatReidError ENGINE_CANNOT where there is no language model */
  async words(
    prompt: 'compare' | 'attributes' | 'ask',
    slots: Readonly<Record<string, PictureFile | string>>,
    signal: AbortSignal,
  ): Promise<string> {
    const { engine } = this.parts;
    if (!engine) {
      throw new ChatReidError('ENGINE_CANNOT', 'There is no language model.', 'Choose one that has.');
    }
    const filling = Object.entries(slots).map(([name, what]): [string, Part[]] => [
      name,
      [typeof what === 'string' ? { type: 'text', text: what } : pictured(what)],
    ]);
    const asked = fillPrompt(await readPromptFile(prompt), Object.fromEntries(filling));
    let reply = '';
    for await (const piece of engine.generate(asked, { maxTokens, signal })) reply += piece;
    return reply.trim();
  }

  /** Natural-log likelihood ratio of the filter. */
  async #likeness(first: PictureFile, second: PictureFile, signal: AbortSignal): Promise<number> {
    const { encoder, store, calibration } = this.parts;
    const { space } = await encoder.describeEncoder();
    const kept = await store.vectors(space, [first.id, second.id]);
    const vectors = await Promise.all(
      [first, second].map((picture, at) => kept[at] ?? this.#encoded(picture, signal)),
    );
    return calibration.logLikelihoodRatio('image', dot(vectors[0]!, vectors[1]!));
  }

  async #encoded(picture: PictureFile, signal: AbortSignal): Promise<Float32Array> {
    const [vector] = await this.parts.encoder.encodePictures([picture], { signal });
    if (vector instanceof Float32Array) return vector;
    throw (
      vector ??
      new ChatReidError('PICTURE_DAMAGED', 'The picture gave no embedding.', 'Send another picture.')
    );
  }
}

function pictured(picture: PictureFile): Part {
  return { type: 'picture', picture };
}
