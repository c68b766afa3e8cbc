/** Words of a query for the filter's text encoder: plain text between whatever its tokenizer puts around a sentence. */
import { Tokenizer } from '@huggingface/tokenizers';
import { TextTokenizer, whereUsable } from './tokenizer.ts';

export class FilterTokenizer {
  readonly #plain: TextTokenizer;
  readonly #maxTokens: number;
  readonly #before: readonly number[];
  readonly #after: readonly number[];

  /**
   * @param tokenizerJson a Hugging Face tokenizer.json
   * @param maxTokens longer texts lose their end, never the closing tokens
   * @throws ChatReidError MODEL_UNSUPPORTED
   */
  constructor(tokenizerJson: object, maxTokens: number) {
    this.#plain = new TextTokenizer(tokenizerJson);
    this.#maxTokens = maxTokens;
    const [sample = -1] = this.#plain.encodePlain('a');
    const whole = whereUsable(() => new Tokenizer(tokenizerJson, {}).encode('a').ids);
    const place = whole.indexOf(sample);
    this.#before = whole.slice(0, Math.max(0, place));
    this.#after = whole.slice(place + 1);
  }

  encode(text: string): number[] {
    const room = Math.max(0, this.#maxTokens - this.#before.length - this.#after.length);
    return [...this.#before, ...this.#plain.encodePlain(text).slice(0, room), ...this.#after];
  }
}
