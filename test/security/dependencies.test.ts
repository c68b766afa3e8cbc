/** What is installed: only what the lock file names byte for byte, from the public registry, without scripts, under known licences. */
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { packageRoot } from '../../src/foundation/package-root.ts';

const root = packageRoot();
const specs = z.record(z.string(), z.string()).default({});
const locked = z.object({
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  license: z.string().optional(),
  hasInstallScript: z.boolean().optional(),
  dependencies: specs,
  devDependencies: specs,
  optionalDependencies: specs,
});
const lockFile = z.object({ lockfileVersion: z.number(), packages: z.record(z.string(), locked) });
const manifest = z.object({
  dependencies: specs,
  devDependencies: specs,
  allowScripts: z.record(z.string(), z.boolean()),
  scripts: z.record(z.string(), z.string()),
});

const read = async (name: string) => JSON.parse(await readFile(join(root, name), 'utf8')) as unknown;
const lock = lockFile.parse(await read('package-lock.json'));
const own = manifest.parse(await read('package.json'));
const { '': top, ...packages } = lock.packages;
const all = Object.entries(packages).map(([path, its]) => ({
  ...its,
  path,
  name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
}));

/** They run nothing when they are installed: allowScripts says so, SECURITY.md says why. */
const withScripts = ['esbuild', 'onnxruntime-node'];

/** LGPL: libvips, a library of its own that sharp loads. MPL, CC-BY: build tools and tables that are not changed. */
const licences = new Set([
  ...['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0', 'CC0-1.0'],
  ...['LGPL-3.0-or-later', 'MPL-2.0', 'CC-BY-4.0', 'Python-2.0', 'Unlicense'],
]);

/** Releases that were published by thieves or sabotaged by their authors. */
const withdrawn = new Set([
  ...['event-stream@3.3.6', 'flatmap-stream@0.1.1', 'eslint-scope@3.7.2', 'coa@2.0.3', 'rc@1.2.9'],
  ...['ua-parser-js@0.7.29', 'ua-parser-js@0.8.0', 'ua-parser-js@1.0.0', 'colors@1.4.1', 'colors@1.4.2'],
  ...['faker@6.6.6', 'node-ipc@10.1.1', 'node-ipc@10.1.2', 'node-ipc@9.2.2', 'is@3.3.1', 'is@5.0.0'],
  ...['eslint-config-prettier@8.10.1', 'eslint-config-prettier@9.1.1', 'eslint-config-prettier@10.1.6'],
  ...['eslint-config-prettier@10.1.7', 'synckit@0.11.9', 'chalk@5.6.1', 'debug@4.4.2', 'ansi-styles@6.2.2'],
  ...['strip-ansi@7.1.1', 'ansi-regex@6.2.1', 'wrap-ansi@9.0.1', 'supports-color@10.2.1', 'color@5.0.1'],
  ...['color-convert@3.1.1', 'color-name@2.0.1', 'color-string@2.1.1', 'is-arrayish@0.3.3', 'error-ex@1.3.3'],
  ...['simple-swizzle@0.2.3', 'slice-ansi@7.1.1', 'has-ansi@6.0.1', 'supports-hyperlinks@4.1.1'],
  ...['chalk-template@1.1.1', 'backslash@0.2.1', '@ctrl/tinycolor@4.1.1', '@ctrl/tinycolor@4.1.2'],
]);

test('the lock file is of version 3, is of these dependencies, and has the SHA-512 of every package', () => {
  expect(lock.lockfileVersion).toBe(3);
  expect(top).toMatchObject({ dependencies: own.dependencies, devDependencies: own.devDependencies });
  expect(all.length).toBeGreaterThan(100);
  for (const { path, integrity, link } of all) {
    expect([path, integrity]).toEqual([path, expect.stringMatching(/^sha512-[\w+/]{86}==$/)]);
    expect([path, link]).toEqual([path, undefined]);
  }
});

test('every package is one of the registry that npm is set to: none of git, of an address or of a folder', () => {
  // Without an address npm asks its registry, and the SHA-512 decides.
  for (const { path, resolved } of all) expect([path, resolved]).toEqual([path, undefined]);
  const wanted = [{ path: '', ...top! }, ...all].flatMap(({ path, ...its }) =>
    Object.entries({ ...its.dependencies, ...its.devDependencies, ...its.optionalDependencies }).map(
      ([name, spec]) => `${path} wants ${name} ${spec}`,
    ),
  );
  expect(wanted.length).toBeGreaterThan(300);
  // A range of versions, or another name in the registry.
  for (const line of wanted) expect(line).toMatch(/ (npm:@?[\w./-]+@)?[\w^~<>=|.* +-]+$/);
});

test('none runs a script when it is installed, but for those that are named and are not let', async () => {
  const scripted = all.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name);
  expect([...new Set(scripted)].sort()).toEqual(withScripts);
  expect(own.allowScripts).toEqual(Object.fromEntries(withScripts.map((name) => [name, false])));
  // What the lock file does not know: the packages' own words.
  const installed = await Promise.all(
    all.map(async ({ path, name }) => {
      const text = await readFile(join(root, path, 'package.json'), 'utf8').catch(() => '{}');
      const { scripts = {} } = JSON.parse(text) as { scripts?: Record<string, string> };
      const native = await access(join(root, path, 'binding.gyp')).then(
        () => ['binding.gyp'],
        () => [],
      );
      const own = ['preinstall', 'install', 'postinstall'].filter((script) => scripts[script] !== undefined);
      return [...own, ...native].map((script) => `${name} ${script}`);
    }),
  );
  const others = installed.flat().filter((line) => !withScripts.includes(line.split(' ')[0]!));
  expect(others).toEqual([]);
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare'])
    expect(own.scripts).not.toHaveProperty(name);
});

test('every licence is one of those that were looked at', () => {
  for (const { path, license = '' } of all) {
    const parts = license.replace(/[()]/g, '').split(/ (?:OR|AND) /);
    expect([path, parts.filter((part) => !licences.has(part))]).toEqual([path, []]);
  }
});

test('no release that was withdrawn is among them', () => {
  const found = all.map(({ name, version }) => `${name}@${version}`).filter((one) => withdrawn.has(one));
  expect(found).toEqual([]);
});
