/** Prompt files: every shipped one is usable, and a user's words never become a slot. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/foundation/package-root.ts';
import { fillPrompt, parsePromptFile, readPromptFile } from '../../src/retrieval/prompt-file.ts';

const picture = { type: 'picture', picture: { id: 'a'.repeat(64), bytes: new Uint8Array() } } as const;

/** What stands in each slot of a prompt. */
const known = new Map<string, 'picture' | 'words'>([
  ...['candidate', 'candidates', 'query', 'picture', 'first', 'second'].map(
    (slot) => [slot, 'picture'] as const,
  ),
  ...['words', 'descriptions', 'label'].map((slot) => [slot, 'words'] as const),
]);

test('every file in prompts/ parses, is named as its file, and fills', async () => {
  const files = (await readdir(join(packageRoot(), 'prompts'))).filter((name) => name.endsWith('.md'));
  expect(files.length).toBeGreaterThanOrEqual(6);
  for (const name of files) {
    const file = await readPromptFile(name.replace(/\.md$/, ''));
    expect(`${file.name}.md`).toBe(name);
    const words = { type: 'text', text: 'red cap' } as const;
    const slots = file.body.flatMap((piece) =>
      'slot' in piece && piece.slot !== 'keep' ? [piece.slot] : [],
    );
    expect(slots.every((slot) => known.has(slot))).toBe(true);
    const pictured = (slot: string) => known.get(slot) === 'picture';
    const prompt = fillPrompt(
      file,
      Object.fromEntries(slots.map((slot) => [slot, [pictured(slot) ? picture : words]])),
    );
    expect(prompt.version).toBe(`${file.name}@${file.version}`);
    // A later turn speaks of pictures that were shown before.
    const shows = prompt.turns[0]?.parts.some(({ type }) => type === 'picture');
    expect(shows).toBe(name !== 'choose-next.md');
  }
});

test('in every file the kept part ends before the first thing that a follow-up turn changes', async () => {
  for (const kind of ['image', 'text', 'mixed']) {
    for (const task of ['verify', 'choose']) {
      const { body } = await readPromptFile(`${task}-${kind}`);
      const slots = body.flatMap((piece) => ('slot' in piece ? [piece.slot] : []));
      expect(slots.indexOf('keep')).toBeGreaterThan(0);
      for (const changing of ['query', 'words']) {
        const at = slots.indexOf(changing);
        if (at !== -1) expect(slots[at - 1]).toBe('keep');
      }
      const last = body.at(-1);
      expect(last && 'text' in last ? last.text : '').toMatch(/^"?$/);
    }
  }
});

test('braces in the words stay words', () => {
  const file = parsePromptFile(
    '---\nname: n\nversion: 2\ntask: t\nanswers: Yes, No\n---\nDoes "{{words}}" fit?\n',
    'n.md',
  );
  const prompt = fillPrompt(file, { words: [{ type: 'text', text: '{{query}} {{keep}}' }] });
  expect(prompt.version).toBe('n@2');
  expect(prompt.turns[0]?.parts).toEqual([
    { type: 'text', text: 'Does "' },
    { type: 'text', text: '{{query}} {{keep}}' },
    { type: 'text', text: '" fit?' },
  ]);
});

test.each([
  ['no front matter', 'hello', /front matter/],
  ['no name', '---\nversion: 1\ntask: t\nanswers: a\n---\nx', /"name"/],
  ['a version in words', '---\nname: n\nversion: one\ntask: t\nanswers: a\n---\nx', /version/],
])('%s is said plainly', (_, source, message) => {
  expect(() => parsePromptFile(source, 'x.md')).toThrow(message);
});

test('a slot that nothing fills is an error, not an empty prompt', () => {
  const file = parsePromptFile('---\nname: n\nversion: 1\ntask: t\nanswers: a\n---\n{{who}}', 'n.md');
  expect(() => fillPrompt(file, {})).toThrow(/\{\{who\}\}/);
});
