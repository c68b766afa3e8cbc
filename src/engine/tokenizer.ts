/** Text to token ids and back. Control tokens come only from trusted text; words of a user can never become one. */
import { Tokenizer } from '@huggingface/tokenizers';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { ChatReidError } from '../foundation/error.ts';

/** A piece of a prompt on its way to token ids. */
export type TextPiece =
  /** From the chat template: control tokens in it are control tokens. */
  | { readonly type: 'trusted'; readonly text: string }
  /** From a person or a prompt file: every character of it is only a character. */
  | { readonly type: 'plain'; readonly text: string }
  /** A place to remember; it adds nothing. */
  | { readonly type: 'mark' };

export interface EncodedText {
  readonly ids: number[];
  /** For each mark, how many of the ids are certain before anything behind the mark is known. */
  readonly marks: number[];
}

const addedToken = z.object({
  id: z.int().min(0),
  content: z.string().min(1),
  special: z.boolean().default(false),
});
const addedTokens = z.object({ added_tokens: z.array(addedToken).default([]) });
type AddedToken = Readonly<z.infer<typeof addedToken>>;

const keptRuns = 2048;

/**
 * The library's tokenizer is given the vocabulary without its added tokens, so that nothing it reads can turn into one;
 * added tokens are looked for here, in trusted text alone. Neighbouring plain stretches, trusted or not, are tokenised
 * as one text: for words without control tokens the ids equal those of the reference tokenizer on the whole string.
 */
export class TextTokenizer {
  readonly #plain: Tokenizer;
  readonly #added = new Map<string, AddedToken>();
  readonly #addedById = new Map<number, AddedToken>();
  readonly #splitter: RegExp | undefined;
  /** A question is asked about a hundred candidates: its words are tokenised once. */
  readonly #runs = new LRUCache<string, number[]>({ max: keptRuns });

  /**
   * @param tokenizerJson the parsed tokenizer.json
   * @throws ChatReidError MODEL_UNSUPPORTED when its parts are unknown to the tokenizer library
   */
  constructor(tokenizerJson: object) {
    const { added_tokens: added } = whereUsable(() => addedTokens.parse(tokenizerJson));
    this.#plain = whereUsable(() => new Tokenizer({ ...tokenizerJson, added_tokens: [] }, {}));
    // What is wrong with a vocabulary shows when it is used.
    whereUsable(() => this.encodePlain('a'));
    for (const token of added) {
      this.#added.set(token.content, token);
      this.#addedById.set(token.id, token);
    }
    const contents = [...this.#added.keys()].sort((a, b) => b.length - a.length);
    this.#splitter = contents.length === 0 ? undefined : new RegExp(`(${contents.map(escaped).join('|')})`);
  }

  /** The ids of the text as plain characters, whatever it spells. */
  encodePlain(text: string): number[] {
    if (text === '') return [];
    const kept = this.#runs.get(text);
    if (kept !== undefined) return kept;
    const { ids } = this.#plain.encode(text, { add_special_tokens: false });
    this.#runs.set(text, ids);
    return ids;
  }

  /** The id of a control token, e.g. `<|im_end|>`. */
  controlId(content: string): number | undefined {
    return this.#added.get(content)?.id;
  }

  controlTokens(): readonly AddedToken[] {
    return [...this.#added.values()];
  }

  encode(pieces: readonly TextPiece[]): EncodedText {
    const ids: number[] = [];
    const marks: number[] = [];
    let run = '';
    let offsets: number[] = [];
    const flush = () => {
      const before = ids.length;
      const runIds = this.encodePlain(run);
      for (const id of runIds) ids.push(id);
      for (const offset of offsets) marks.push(before + this.#settled(run, offset, runIds));
      run = '';
      offsets = [];
    };
    for (const piece of pieces) {
      if (piece.type === 'mark') offsets.push(run.length);
      else if (piece.type === 'plain' || this.#splitter === undefined) run += piece.text;
      else {
        for (const part of piece.text.split(this.#splitter)) {
          const control = this.#added.get(part);
          if (control === undefined) run += part;
          else {
            flush();
            ids.push(control.id);
          }
        }
      }
    }
    flush();
    return { ids, marks };
  }

  /** How many ids of the run the text before `offset` alone already decides. */
  #settled(run: string, offset: number, runIds: readonly number[]): number {
    if (offset === 0) return 0;
    if (offset === run.length) return runIds.length;
    const head = this.encodePlain(run.slice(0, offset));
    let same = 0;
    while (same < head.length && head[same] === runIds[same]) same++;
    return same;
  }

  /** The UTF-8 bytes one token stands for; none for a special token. A character may be spread over several tokens. */
  bytes(id: number): Uint8Array {
    const added = this.#addedById.get(id);
    if (added !== undefined) return added.special ? new Uint8Array(0) : Buffer.from(added.content);
    const token = this.#plain.id_to_token(id);
    if (token === undefined) return new Uint8Array(0);
    const bytes: number[] = [];
    for (const character of token) {
      const byte = byteOfCharacter.get(character);
      if (byte === undefined) bytes.push(...Buffer.from(character));
      else bytes.push(byte);
    }
    return Uint8Array.from(bytes);
  }

  decode(ids: Iterable<number>): string {
    return Buffer.concat([...ids].map((id) => this.bytes(id))).toString('utf8');
  }
}

/** GPT-2's byte alphabet: printable bytes stand for themselves, the others for characters from U+0100 on. */
const byteOfCharacter = new Map<string, number>();
for (let byte = 0, next = 256; byte < 256; byte++) {
  const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  byteOfCharacter.set(String.fromCharCode(printable ? byte : next++), byte);
}

/** @throws ChatReidError MODEL_UNSUPPORTED for whatever the library makes of a tokenizer.json that it does not know */
export function whereUsable<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new ChatReidError(
      'MODEL_UNSUPPORTED',
      'The tokenizer.json of the model folder cannot be used.',
      'Use the tokenizer.json that belongs to a Qwen2-VL model.',
      error,
    );
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
