/** Configs and acts that would fill the memory or the stack: refused with a sentence. */
import { describe, expect, test } from 'vitest';
import { readActs } from '../../adapters/act-schema.ts';
import { platforms } from '../../src/cli/serve/platforms.ts';
import { parseServeConfig } from '../../src/cli/serve/serve-config.ts';

const letters = [...'abcdefghi'];
const laughs = letters
  .map((letter, at) => `${letter}: &${letter} [${at === 0 ? 'lol' : Array(9).fill(`*${letters[at - 1]}`)}]`)
  .join('\n');

describe('a config', () => {
  test.each([
    ['of a billion laughs', laughs],
    ['that is inside of itself', 'web: &a\n  x: *a\n'],
    ['of open brackets', `web: ${'['.repeat(100_000)}`],
    ['of closed brackets', `web: ${'['.repeat(1000)}${']'.repeat(1000)}`],
    ['of open braces', `web: ${'{a: '.repeat(100_000)}`],
    ['of lists in lists', '- '.repeat(100_000)],
    ['of keys of keys', '? '.repeat(100_000)],
    ['of steps to the right', Array.from({ length: 1200 }, (_, at) => `${' '.repeat(at)}a:`).join('\n')],
    ['of anchors', Array.from({ length: 50_000 }, (_, at) => `a${at}: &a${at} 1`).join('\n')],
    ['that is no config but a megabyte', 'x'.repeat(2_000_000)],
  ])('%s', (_, text) => {
    expect(() => parseServeConfig(text, 'serve.yaml', platforms)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });

  test('with an anchor, as operators write them, is read', () => {
    const text = 'slack:\n  allowTeams: &teams [T0SITE]\nweb:\n  port: 0\n';
    expect(parseServeConfig(text, 'serve.yaml', platforms).platforms).toHaveLength(2);
  });
});

test.each([
  ['deep lists', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
  ['deep objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ['a hundred thousand acts', `[${'{"act":"more"},'.repeat(100_000).slice(0, -1)}]`],
  ['names that every object has', '[{"act":"constructor"},{"__proto__":{"act":"more"}}]'],
])('acts over the wire: %s', (_, json) => {
  expect(() => readActs(json, 'UTC')).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
});
