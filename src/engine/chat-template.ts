/** The model's own chat template, applied without ever showing it a user's words. */
import { Template } from '@huggingface/jinja';
import { ChatReidError } from '../foundation/error.ts';
import type { Picture } from '../foundation/picture.ts';
import type { Prompt, Turn } from './prompt.ts';
import type { TextPiece } from './tokenizer.ts';

export interface RenderedPrompt {
  readonly pieces: readonly TextPiece[];
  /** In the order of their places in the text. */
  readonly pictures: readonly Picture[];
}

/** What the template made of one arrangement of parts; the words and marks come later, into the slots. */
type Skeleton = readonly (string | { readonly slot: number })[];

const keptSkeletons = 256;

/**
 * The template is rendered with a placeholder for each text, and the texts are put in afterwards as plain text. What
 * it writes then depends only on the arrangement of roles and parts, so it runs once an arrangement, not once a prompt.
 */
export class ChatTemplate {
  readonly #template: Template;
  readonly #skeletons = new Map<string, Skeleton>();

  /** @throws ChatReidError MODEL_UNSUPPORTED when the template cannot be read */
  constructor(
    readonly source: string,
    /** Further variables of the template, e.g. `add_vision_id`. */
    readonly variables: Readonly<Record<string, unknown>> = {},
  ) {
    try {
      this.#template = new Template(source);
    } catch (error) {
      throw unsupported('cannot be read', error);
    }
  }

  /** @throws ChatReidError MODEL_UNSUPPORTED when the template refuses the turns or leaves a text out */
  render(prompt: Prompt): RenderedPrompt {
    const arrangement = prompt.turns.map(describe).join('|');
    let skeleton = this.#skeletons.get(arrangement);
    if (skeleton === undefined) {
      skeleton = this.#arrange(prompt.turns);
      if (this.#skeletons.size >= keptSkeletons) this.#skeletons.clear();
      this.#skeletons.set(arrangement, skeleton);
    }
    const slots: TextPiece[] = [];
    const pictures: Picture[] = [];
    for (const turn of prompt.turns) {
      for (const part of turn.parts) {
        if (part.type === 'picture') pictures.push(part.picture);
        else slots.push(part.type === 'keep' ? { type: 'mark' } : { type: 'plain', text: part.text });
      }
    }
    const pieces = skeleton.map((piece): TextPiece => {
      return typeof piece === 'string' ? { type: 'trusted', text: piece } : (slots[piece.slot] as TextPiece);
    });
    return { pieces, pictures };
  }

  #arrange(turns: readonly Turn[]): Skeleton {
    let slots = 0;
    const messages = turns.map((turn) => {
      const content = turn.parts.map((part) =>
        part.type === 'picture' ? { type: 'image', image: '' } : { type: 'text', text: placeholder(slots++) },
      );
      const text = content.every((part) => part.type === 'text');
      return { role: turn.role, content: text ? content.map((part) => part.text).join('') : content };
    });
    let rendered: string;
    try {
      rendered = this.#template.render({ ...this.variables, messages, add_generation_prompt: true });
    } catch (error) {
      throw unsupported('refuses this order of turns', error);
    }
    const skeleton = rendered
      .split(placeholders)
      .map((piece, index) => (index % 2 === 0 ? piece : { slot: Number(piece) }))
      .filter((piece) => piece !== '');
    for (let slot = 0, next = 0; slot < skeleton.length; slot++) {
      const piece = skeleton[slot];
      if (typeof piece === 'object' && piece.slot !== next++) throw unsupported('changes the order of texts');
    }
    const found = skeleton.filter((piece) => typeof piece === 'object').length;
    if (found !== slots) throw unsupported('leaves a text out');
    return skeleton;
  }
}

const placeholder = (slot: number) => `\u{f0000}${slot}\u{f0001}`;
const placeholders = /\u{f0000}(\d+)\u{f0001}/u;

function describe(turn: Turn): string {
  return `${turn.role}:${turn.parts.map((part) => (part.type === 'picture' ? 'p' : 't')).join('')}`;
}

function unsupported(how: string, cause?: unknown): ChatReidError {
  return new ChatReidError(
    'MODEL_UNSUPPORTED',
    `The chat template of the model folder ${how}.`,
    'Use the chat template that belongs to a Qwen2-VL model.',
    cause,
  );
}
