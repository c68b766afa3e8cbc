/** The scanner finds every piece wherever it lies, and nothing else; needles are of the picture alone. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ByteScanner, type Hit } from '../../../src/trust/forget/byte-scanner.ts';
import { fingerprintOf } from '../../../src/trust/forget/fingerprint.ts';
import { newOrder } from '../../../src/trust/forget/forget-order.ts';
import { Forgotten, forgottenName } from '../../../src/trust/forget/forgotten.ts';
import { idNeedles, pictureNeedles, wordNeedles } from '../../../src/trust/forget/needles.ts';
import { temporaryFolder } from '../../gallery/temporary-folder.ts';
import { random } from '../../gallery/test-pictures.ts';
import { noisePicture } from './forget-house.ts';

const salt = '5a17';
const mebibyte = 1024 * 1024;

function noise(length: number, seed: number): Buffer {
  const next = random(seed);
  const words = new Uint32Array(Math.ceil(length / 4));
  for (let at = 0; at < words.length; at++) words[at] = Math.floor(next() * 2 ** 32);
  return Buffer.from(words.buffer, 0, length);
}

test('finds pieces at every border of what is read at once, at both ends, and side by side', async () => {
  const path = join(await temporaryFolder(), 'file');
  const pieces = [8, 9, 12, 48, 64, 200].map((length, at) => noise(length, 100 + at));
  const needles = pieces.map((piece, at) => fingerprintOf(salt, 'picture bytes', piece, at)!);
  const scanner = new ByteScanner(salt, needles);
  const found = async (file: Buffer) => {
    await writeFile(path, file);
    const hits: Hit[] = [];
    expect(await scanner.scanFile(path, (hit) => hits.push(hit))).toBe(file.length);
    return hits.map(({ needle, offset }) => `${needle.picture}@${offset}`).sort();
  };
  for (const [at, piece] of pieces.entries()) {
    const file = noise(3 * mebibyte, at);
    const wanted: string[] = [];
    const near = [mebibyte, mebibyte + 400, 2 * mebibyte, 2 * mebibyte + 777].flatMap((border) =>
      [0, 3, piece.length - 1].map((before) => border - before + 1000 * before),
    );
    for (const offset of [0, ...near, file.length - piece.length]) {
      piece.copy(file, offset);
      wanted.push(`${at}@${offset}`);
    }
    expect(await found(file)).toEqual([...new Set(wanted)].sort());
  }
  expect(await found(Buffer.concat(pieces))).toHaveLength(pieces.length);
  expect(await found(Buffer.concat(pieces).subarray(1, 8))).toEqual([]);
  expect(await found(Buffer.alloc(0))).toEqual([]);
});

test('a picture is found in its own bytes and in base64, and in no other picture', async () => {
  const [one, other] = [await noisePicture(1), await noisePicture(2)];
  const scanner = new ByteScanner(salt, pictureNeedles(one, 0, { salt }));
  expect(scanner.scan(one).length).toBe(8);
  expect(scanner.scan(Buffer.from(one.toString('base64')))).toHaveLength(8);
  expect(scanner.scan(other)).toEqual([]);
});

test('an id is found in each of its forms', () => {
  const id = noise(32, 7).toString('hex');
  const scanner = new ByteScanner(salt, idNeedles(salt, id, 0));
  const raw = Buffer.from(id, 'hex');
  for (const form of [id, id.toUpperCase(), raw, raw.toString('base64'), raw.toString('base64url')]) {
    expect(
      scanner.scan(Buffer.concat([Buffer.from('..'), Buffer.from(form), Buffer.from('..')])),
    ).not.toEqual([]);
  }
});

test('a name is found as it is, escaped, and in base64 at any place; a short one is none', () => {
  const name = 'Jörg "der" Müller\\4.jpg';
  const scanner = new ByteScanner(salt, wordNeedles(salt, 'file name', name));
  const forms = [
    name,
    JSON.stringify(name),
    JSON.stringify({ name }).replace(/[ö-ü]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`),
  ];
  for (const form of forms) expect(scanner.scan(Buffer.from(`x${form}y`)), form).not.toEqual([]);
  for (const before of ['', 'a', 'ab', 'abc']) {
    expect(scanner.scan(Buffer.from(Buffer.from(`${before}${name}zz`).toString('base64')))).not.toEqual([]);
  }
  expect(wordNeedles(salt, 'person id', '0042')).toEqual([]);
});

test('names and ids are taken out of texts, and the same id has the same place', () => {
  const id = noise(32, 9).toString('hex');
  const other = noise(32, 10).toString('hex');
  const bare = newOrder(
    { why: 'person', by: { platform: 'test' }, pictures: [id], elsewhere: [] },
    new Date(),
  );
  const forgotten = new Forgotten({ ...bare, words: wordNeedles(bare.salt, 'person id', 'visitor-0001') });
  const value = {
    path: `/home/${id.slice(0, 2)}/${id}.jpg`,
    list: [id, other],
    said: 'Is visitor-0001 “here”? Jörg',
  };
  const left = forgotten.in(value) as typeof value;
  expect(left.said).toBe(`Is ${forgottenName} “here”? Jörg`);
  expect(left.list[1]).toBe(other);
  expect(left.list[0]).toMatch(/^gone-[0-9a-f]{16}$/);
  expect(left.path).toContain(left.list[0]);
  const untouched = { a: [1, null, other] };
  expect(forgotten.in(untouched)).toBe(untouched);
});
