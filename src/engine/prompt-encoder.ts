/** A prompt as the decoder reads it: token ids with room for each picture's features, rotary positions, places to keep. */
import { ChatReidError } from '../foundation/error.ts';
import type { Picture } from '../foundation/picture.ts';
import type { ChatTemplate } from './chat-template.ts';
import { type PatchGrid, visionTokens } from './image-processor.ts';
import type { Prompt } from './prompt.ts';
import { type PictureSpan, type RopePositions, ropePositions } from './rope-positions.ts';
import type { TextTokenizer } from './tokenizer.ts';

export interface PromptSpan extends PictureSpan {
  readonly pictureId: string;
}

export interface EncodedPrompt {
  readonly version: string;
  /** A picture of n vision tokens takes n times the image token. */
  readonly ids: Int32Array;
  readonly pictures: readonly PromptSpan[];
  readonly positions: RopePositions;
  /** Lengths, ascending, at which the keys are worth keeping; each shorter than the prompt. */
  readonly marks: readonly number[];
}

export interface PromptEncoderRules {
  readonly imageTokenId: number;
  readonly mergeSize: number;
  /** Tokens, from max_position_embeddings. */
  readonly maxTokens: number;
}

export class PromptEncoder {
  constructor(
    readonly template: ChatTemplate,
    readonly tokenizer: TextTokenizer,
    readonly rules: PromptEncoderRules,
  ) {}

  /** The pictures of the prompt, in order, a picture shown twice named twice. */
  pictures(prompt: Prompt): Picture[] {
    return prompt.turns.flatMap(({ parts }) =>
      parts.flatMap((part) => (part.type === 'picture' ? [part.picture] : [])),
    );
  }

  /**
   * @param gridOf the patch grid of a picture, by its id
   * @throws ChatReidError PROMPT_TOO_LONG, MODEL_UNSUPPORTED (the template drops or adds a picture)
   */
  encode(prompt: Prompt, gridOf: (pictureId: string) => PatchGrid): EncodedPrompt {
    const { imageTokenId, mergeSize, maxTokens } = this.rules;
    const rendered = this.template.render(prompt);
    const text = this.tokenizer.encode(rendered.pieces);
    const grids = rendered.pictures.map(({ id }) => gridOf(id));
    const places = text.ids.reduce((count, id) => count + (id === imageTokenId ? 1 : 0), 0);
    if (places !== grids.length) {
      throw new ChatReidError(
        'MODEL_UNSUPPORTED',
        `The chat template made ${places} places for ${grids.length} pictures.`,
        'Use the chat template that belongs to a Qwen2-VL model.',
      );
    }
    const extra = grids.reduce((sum, grid) => sum + visionTokens(grid, mergeSize) - 1, 0);
    const length = text.ids.length + extra;
    if (length > maxTokens) {
      throw new ChatReidError(
        'PROMPT_TOO_LONG',
        `The question takes ${length} tokens; the model reads at most ${maxTokens}.`,
        'Ask about fewer or smaller pictures at once, or use fewer words.',
      );
    }
    const ids = new Int32Array(length);
    const pictures: PromptSpan[] = [];
    const shifted = new Int32Array(text.ids.length + 1);
    let end = 0;
    text.ids.forEach((id, index) => {
      shifted[index] = end;
      if (id === imageTokenId) {
        const grid = grids[pictures.length] as PatchGrid;
        const tokens = visionTokens(grid, mergeSize);
        const pictureId = (rendered.pictures[pictures.length] as Picture).id;
        pictures.push({ start: end, tokens, grid, pictureId });
        ids.fill(id, end, end + tokens);
        end += tokens;
      } else ids[end++] = id;
    });
    shifted[text.ids.length] = end;
    const marks = text.marks.map((mark) => Math.min(shifted[mark] as number, length - 1));
    return {
      version: prompt.version,
      ids,
      pictures,
      positions: ropePositions(length, pictures, mergeSize),
      marks: [...new Set(marks)].filter((mark) => mark > 0).sort((a, b) => a - b),
    };
  }
}
