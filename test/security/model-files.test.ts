/** The model that is shipped: no file of it is used that is not the one that chatreid.json names. */
import { cp, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { OnnxEncoder } from '../../src/engine/onnx-encoder.ts';
import { OnnxEngine } from '../../src/engine/onnx-engine.ts';
import { PeopleDetector } from '../../src/engine/people-detector.ts';
import { packageRoot } from '../../src/foundation/package-root.ts';
import { AttributeProbes } from '../../src/retrieval/traits/attribute-probes.ts';
import { chatreid } from '../cli/command-line.ts';
import { temporaryFolder } from '../gallery/temporary-folder.ts';
import { tinyModel } from '../support/reference.ts';

const shipped = join(packageRoot(), 'model/chatreid-tiny');
const folder = await temporaryFolder();
const { checksums } = JSON.parse(await readFile(join(shipped, 'chatreid.json'), 'utf8')) as {
  checksums: Record<string, string>;
};

/** Prose, and the list itself. */
const unlisted = ['LICENSE', 'README.md', 'chatreid.json'];

/** What loads a file of the model. */
function loader(file: string): (model: string) => Promise<unknown> {
  const cacheFolder = join(folder, 'cache');
  if (file === 'attributes.json') return (model) => AttributeProbes.read(model);
  if (file === 'onnx/people.onnx') return (model) => PeopleDetector.open({ model, cacheFolder });
  if (file.includes('filter')) return (model) => OnnxEncoder.open({ model, device: 'cpu', cacheFolder });
  return (model) => OnnxEngine.open({ model, device: 'cpu', cacheFolder });
}

test('every file of it is listed', async () => {
  const entries = await readdir(shipped, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(shipped.length + 1));
  expect(files.sort()).toEqual([...Object.keys(checksums), ...unlisted].sort());
});

describe('one changed bit, of the same size and with the same time as before, is refused before the file is used', () => {
  test.each(Object.keys(checksums))('%s', async (file) => {
    const model = join(folder, file.replaceAll('/', '-'));
    for (const other of [...Object.keys(checksums), 'chatreid.json']) {
      await mkdir(dirname(join(model, other)), { recursive: true });
      if (other !== file) await symlink(join(shipped, other), join(model, other));
    }
    const changed = join(model, file);
    await cp(join(shipped, file), changed, { preserveTimestamps: true });
    // A JSON file stays one.
    const bytes = await readFile(changed);
    const at = file.endsWith('.json') ? bytes.lastIndexOf('1') : Math.floor(bytes.length / 2);
    bytes[at]! ^= 1;
    await writeFile(changed, bytes);
    const { atime, mtime } = await stat(join(shipped, file));
    await utimes(changed, atime, mtime);
    await expect(loader(file)(model)).rejects.toMatchObject({ code: 'MODEL_DAMAGED' });
  });
});

test('status says how many files are checked, and plainly where none is', async () => {
  const env = { CHATREID_HOME: join(folder, 'home') };
  const own = join(folder, 'own');
  await cp(tinyModel, own, { recursive: true });
  const card = JSON.parse(await readFile(join(own, 'chatreid.json'), 'utf8')) as object;
  await writeFile(join(own, 'chatreid.json'), JSON.stringify({ ...card, checksums: {} }));
  const model = { stats: async () => ({ caches: {} }) as never };
  const said = async (path: string) =>
    (await chatreid(['status'], { env: { ...env, CHATREID_MODEL: path }, model })).stdout;
  expect(await said(shipped)).toContain(
    `${Object.keys(checksums).length} files checked against chatreid.json`,
  );
  expect(await said(own)).toContain('its files are not checked');
});
