/** docs/serve.md: its commands run, its tables are those of the program, what it points to is there. */
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { configKeys } from '../../src/cli/serve/config-keys.ts';
import { Metrics } from '../../src/cli/serve/metrics.ts';
import { platforms } from '../../src/cli/serve/platforms.ts';
import { secretNames } from '../../src/cli/serve/secrets.ts';
import { configSchema } from '../../src/cli/serve/serve-config.ts';
import { packageRoot } from '../../src/foundation/package-root.ts';
import { drawPeople } from './coloured-people.ts';
import { chatreid } from './command-line.ts';

const path = join(packageRoot(), 'docs/serve.md');
const page = await readFile(path, 'utf8');
/** Column widths are the formatter's. */
const rows = new Set(page.split('\n').map((line) => line.replaceAll(/\s+\|\s*|\|\s+/g, '|')));
const row = (...cells: string[]) => `|${cells.join('|')}|`;

let root: string;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'chatreid-serve-docs-'));
  const { model } = await drawPeople(root);
  // Of the right form, and nobody's.
  const kind = (what: string) => /\bx\w+-/.exec(what)?.[0] ?? '';
  const tokens = Object.fromEntries(
    secretNames(platforms).map(({ name, what }) => [name, `${kind(what)}token-of-${name}`]),
  );
  env = { CHATREID_HOME: join(root, 'home'), CHATREID_MODEL: model, ...tokens };
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('its commands make a config and check it', async () => {
  const commands = [...page.matchAll(/^chatreid (serve .*)$/gm)].map(([, line = '']) => line);
  expect(commands).toEqual([
    'serve --example > serve.yaml',
    'serve --config serve.yaml --check',
    'serve --config serve.yaml',
  ]);
  const config = join(root, 'serve.yaml');
  const example = await chatreid(['serve', '--example'], { env });
  await writeFile(config, example.stdout);
  const check = await chatreid(['serve', '--config', config, '--check'], { env });
  expect(check.stderr).toBe('');
  expect(check.exitCode, check.stdout).toBe(0);
  for (const { name } of platforms) expect(check.stdout).toMatch(new RegExp(`^${name} +would start`, 'm'));
});

describe('its tables', () => {
  test.each(configKeys(configSchema(platforms)))('have the key $path', ({ path: key, schema }) => {
    expect(schema.description, key).toBeTruthy();
    const value = schema.default === undefined ? '' : `\`${String(schema.default)}\``;
    expect(rows).toContain(row(`\`${key}\``, typeOf(schema), value, schema.description ?? ''));
  });

  test.each(secretNames(platforms))('have the secret $name', ({ name, what }) => {
    expect(rows).toContain(row(`\`${name}\``, what));
  });

  test('have every metric, with its labels', async () => {
    const metrics = new Metrics({ connected: () => new Map(), engine: async () => undefined });
    for (const { name, help, labels } of metrics.described()) {
      if (!name.startsWith('chatreid_')) continue;
      expect(rows).toContain(row(`\`${name}\``, labels.map((label) => `\`${label}\``).join(', '), help));
    }
  });

  test('have no key, secret or metric that is none', () => {
    const known = new Set([
      ...configKeys(configSchema(platforms)).map((key) => key.path),
      ...secretNames(platforms).map(({ name }) => name),
    ]);
    const told = [...rows].flatMap(
      (line) => /^\|`((?:[a-z]+\.)?[a-zA-Z]+|CHATREID_\w+)`\|[^|]*\|[^|]*\|[^|]+\|$/.exec(line)?.[1] ?? [],
    );
    expect(told.length).toBeGreaterThan(5);
    for (const name of told) expect([...known], name).toContain(name);
  });
});

test('what it points to is there', async () => {
  const targets = [...page.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target]) => target ?? '');
  expect(targets.length).toBeGreaterThan(0);
  for (const target of targets) await access(join(dirname(path), target));
});

function typeOf({ type, enum: values, items, anyOf, const: only }: z.core.JSONSchema.BaseSchema): string {
  if (only !== undefined) return `\`${String(only)}\``;
  if (values) return values.map((value) => `\`${String(value)}\``).join(', ');
  if (anyOf) return anyOf.map((one) => typeOf(one as z.core.JSONSchema.BaseSchema)).join(', ');
  if (type === 'array') return `list of ${typeOf(items as z.core.JSONSchema.BaseSchema)}`;
  const names: Readonly<Record<string, string>> = {
    string: 'text',
    integer: 'whole number',
    boolean: 'true, false',
    object: 'sections',
  };
  return typeof type === 'string' ? (names[type] ?? type) : '';
}
