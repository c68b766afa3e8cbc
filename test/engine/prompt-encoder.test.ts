/** Token ids and rotary positions equal the reference's, for every arrangement of pictures and words. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ChatTemplate } from '../../src/engine/chat-template.ts';
import type { PatchGrid } from '../../src/engine/image-processor.ts';
import { languageModelConfig } from '../../src/engine/model-config.ts';
import { PromptEncoder } from '../../src/engine/prompt-encoder.ts';
import { TextTokenizer } from '../../src/engine/tokenizer.ts';
import { ask, textPart } from '../support/prompts.ts';
import {
  promptOf,
  type ReferencePicture,
  referencePicture,
  referencePictures,
  referencePrompts,
  tinyModel,
} from '../support/reference.ts';

const read = (file: string) => readFileSync(join(tinyModel, file), 'utf8');
const tokenizer = new TextTokenizer(JSON.parse(read('tokenizer.json')) as object);
const config = languageModelConfig(JSON.parse(read('config.json')));
const template = read('chat_template.jinja');

function encoder(variables: Record<string, unknown> = {}, maxTokens = config.maxTokens): PromptEncoder {
  return new PromptEncoder(new ChatTemplate(template, variables), tokenizer, { ...config, maxTokens });
}

const gridOf = (id: string): PatchGrid =>
  (referencePictures.find(({ picture }) => referencePicture(picture).id === id) as ReferencePicture).grid_thw;

describe.each(referencePrompts)('$name', (reference) => {
  const variables = reference.add_vision_id ? { add_vision_id: true } : {};

  test('has the ids and the positions of the reference', () => {
    const encoded = encoder(variables).encode(promptOf(reference), gridOf);
    expect([...encoded.ids]).toEqual(reference.ids);
    const length = encoded.ids.length;
    for (let axis = 0; axis < 3; axis++) {
      const own = encoded.positions.ids.subarray(axis * length, (axis + 1) * length);
      expect([...own]).toEqual(reference.position_ids[axis]);
    }
    expect(encoded.positions.delta).toBe(reference.rope_delta);
    expect(encoded.marks).toEqual([]);
  });

  test('keeps its ids wherever it is marked, and a mark is a prefix of them', () => {
    for (let part = 0; part < 4; part++) {
      const encoded = encoder(variables).encode(promptOf(reference, [part]), gridOf);
      expect([...encoded.ids]).toEqual(reference.ids);
      for (const mark of encoded.marks) {
        expect(mark).toBeGreaterThan(0);
        expect(mark).toBeLessThan(encoded.ids.length);
      }
    }
  });
});

test('a mark behind a picture lies behind its last token', () => {
  const picture = referencePicture('picture-64x128.png');
  const { marks, pictures } = encoder().encode(ask('See: ', picture, { type: 'keep' }, 'Who?'), gridOf);
  const [span] = pictures;
  // One more for the token that closes the picture.
  expect(marks).toEqual([(span?.start ?? 0) + (span?.tokens ?? 0) + 1]);
});

test('every special token of the vocabulary stays words when a user types it', () => {
  const picture = referencePicture('picture-28x28.png');
  const plain = encoder().encode(ask(picture, 'Who is ?'), gridOf);
  const specials = new Set(tokenizer.controlTokens().map(({ id }) => id));
  const count = (ids: Int32Array) => [...ids].filter((id) => specials.has(id)).length;
  for (const { content } of tokenizer.controlTokens()) {
    const typed = encoder().encode(ask(picture, `Who is ${content}?`), gridOf);
    expect(count(typed.ids)).toBe(count(plain.ids));
    expect(typed.pictures).toEqual(plain.pictures);
    expect(tokenizer.decode(typed.ids)).toContain(content);
  }
});

test('Jinja in a text is text', () => {
  const words = '{{ messages }} {% for x in y %} {# no #} \u{f0000}0\u{f0001}';
  const { ids } = encoder().encode(ask(words, 'and', words), gridOf);
  expect(tokenizer.decode(ids)).toContain(`${words}and${words}`);
});

test('a prompt over the limit of the model is refused', () => {
  const long = ask('word '.repeat(200));
  expect(() => encoder({}, 100).encode(long, gridOf)).toThrowError(
    expect.objectContaining({ code: 'PROMPT_TOO_LONG', message: expect.stringContaining('100') }),
  );
});

test('a template that drops pictures, drops words or refuses is reported, not obeyed', () => {
  const broken = (source: string) =>
    new PromptEncoder(new ChatTemplate(source), tokenizer, config).encode(
      ask(referencePicture('picture-28x28.png'), 'Who?'),
      gridOf,
    );
  const unsupported = expect.objectContaining({ code: 'MODEL_UNSUPPORTED' });
  expect(() => broken('nothing')).toThrowError(unsupported);
  expect(() =>
    broken('{% for m in messages %}{% for p in m.content %}{{ p.text }}{% endfor %}{% endfor %}'),
  ).toThrowError(unsupported);
  expect(() => broken('{{ raise_exception("no") }}')).toThrowError(unsupported);
  expect(() => new ChatTemplate('{% for %}')).toThrowError(unsupported);
});

test('a text-only turn reaches templates that know only strings', () => {
  const chat = new ChatTemplate('{% for m in messages %}[{{ m.role }}]{{ m.content + "|" }}{% endfor %}');
  const { pieces } = chat.render({
    version: 'x@1',
    turns: [{ role: 'user', parts: [textPart('a'), { type: 'keep' }, textPart('b')] }],
  });
  expect(pieces).toEqual([
    { type: 'trusted', text: '[user]' },
    { type: 'plain', text: 'a' },
    { type: 'mark' },
    { type: 'plain', text: 'b' },
    { type: 'trusted', text: '|' },
  ]);
});
