/** The files of a model folder: read, or refused with what to do. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChatTemplate } from '../../../src/engine/chat-template.ts';
import { FilterTokenizer } from '../../../src/engine/filter-tokenizer.ts';
import {
  endTokens,
  imageRules,
  languageModelConfig,
  modelManifest,
} from '../../../src/engine/model-config.ts';
import { TextTokenizer } from '../../../src/engine/tokenizer.ts';
import { tinyModel } from '../../support/tiny-model.ts';
import { textPart } from '../../support/prompts.ts';
import { hold, jsonOf, onlyOurs } from '../invariants.ts';

export const runs = 1500;
const refused = /^MODEL_(DAMAGED|UNSUPPORTED)$/;

export async function seeds(): Promise<string[]> {
  const read = (name: string) => readFileSync(join(tinyModel, name), 'utf8');
  const vocabulary = { a: 0, b: 1, ab: 2, '<|im_end|>': 3 };
  const model = { type: 'BPE', vocab: vocabulary, merges: [['a', 'b']] };
  const pre = { type: 'ByteLevel', add_prefix_space: false, use_regex: true };
  const token = { id: 3, content: '<|im_end|>', special: true };
  const tokenizer = { version: '1.0', model, pre_tokenizer: pre, decoder: pre, added_tokens: [token] };
  return [
    ...['config.json', 'preprocessor_config.json', 'generation_config.json', 'chatreid.json'].map(read),
    read('chat_template.jinja'),
    JSON.stringify({ ...tokenizer, normalizer: { type: 'NFC' }, post_processor: null }),
    JSON.stringify({ ...tokenizer, added_tokens: [{ id: 1, content: '' }, null] }),
    JSON.stringify({ ...tokenizer, added_tokens: 5 }),
    '{"model_type":"qwen2_vl","hidden_size":1e999,"text_config":null}',
    '{"eos_token_id":[]}',
    'null',
  ];
}

export async function fuzz(data: Buffer): Promise<void> {
  const value = jsonOf(data);
  const config = await onlyOurs(() => languageModelConfig(value), refused);
  if (config) hold(config.layers > 0 && config.vocabulary > 0, 'sizes are sizes');
  await onlyOurs(() => imageRules(value), refused);
  await onlyOurs(() => endTokens(value), refused);
  await onlyOurs(() => modelManifest(value), refused);
  if (typeof value === 'object' && value !== null) {
    await onlyOurs(
      () => new TextTokenizer(value).encode([{ type: 'plain', text: 'ab <|im_end|>' }]),
      refused,
    );
    await onlyOurs(() => new FilterTokenizer(value, 8).encode('ab'), refused);
  }
  const turns = [{ role: 'user', parts: [textPart('a'), textPart('b')] }] as const;
  await onlyOurs(() => new ChatTemplate(data.toString('utf8')).render({ version: 'x@1', turns }), refused);
}
