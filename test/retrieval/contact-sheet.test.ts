/** The contact sheet: it holds for any number of tiles and any words, with missing pictures, and with no font at all. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pictureFromBytes, pictureId } from '../../src/foundation/picture.ts';
import { percentOf } from '../../src/retrieval/confidence-text.ts';
import { contactSheet } from '../../src/retrieval/contact-sheet.ts';
import type { Query } from '../../src/retrieval/query.ts';
import type { RankedCandidate, SearchResult } from '../../src/retrieval/search-result.ts';
import { gridFor, measures, sheetLimits } from '../../src/retrieval/sheet/layout.ts';
import {
  ellipsis,
  escapeXml,
  fontLettering,
  strokeLettering,
  wrap,
} from '../../src/retrieval/sheet/lettering.ts';

let folder: string;
let picturePath: string;
let greenId: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatreid-sheet-'));
  picturePath = join(folder, 'green.png');
  const green = await plain('#00ff00');
  await writeFile(picturePath, green);
  greenId = pictureId(green);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function plain(colour: string): Promise<Buffer> {
  return sharp({ create: { width: 64, height: 128, channels: 3, background: colour } })
    .png()
    .toBuffer();
}

function candidate(rank: number, more: Partial<RankedCandidate> = {}): RankedCandidate {
  return {
    rank,
    path: picturePath,
    filterScore: 0.5,
    confidence: 0.5,
    compared: true,
    record: {
      pictureId: greenId,
      source: `cam/${rank}.png`,
      width: 64,
      height: 128,
      cameraId: '3',
      place: 'Lobby',
      time: '2026-11-24T12:00:00.000Z',
    },
    ...more,
  };
}

function result(ranking: RankedCandidate[], more: Partial<SearchResult> = {}): SearchResult {
  return {
    kind: 'mixed',
    mode: 'full',
    decision: 'unsure',
    decisionDetail: {
      sentence: 'It may be this person.',
      falseMatchRate: 0.01,
      foundFrom: 0.7,
      absentBelow: 0.3,
    },
    ranking,
    filter: { kept: ranking.length, of: 1234, tau: 0.2 },
    timings: { encode: 1, filter: 1, rank: 1, total: 3 },
    notes: [],
    ...more,
  };
}

const words: Query = { pictures: [], words: 'red cap', negatives: [] };
const timeZone = 'Europe/Berlin';

async function pixelAt(png: Buffer, x: number, y: number): Promise<number[]> {
  return [
    ...(await sharp(png)
      .extract({ left: Math.round(x), top: Math.round(y), width: 1, height: 1 })
      .raw()
      .toBuffer()),
  ];
}

/** Where the first tile begins, found by its green picture. */
async function firstTile(png: Buffer): Promise<{ left: number; top: number }> {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  for (let y = 0; y < info.height; y++) {
    const at = (y * info.width + measures.margin + 80) * info.channels;
    if ((data[at] ?? 0) < 60 && (data[at + 1] ?? 0) > 200 && (data[at + 2] ?? 0) < 60) {
      return { left: measures.margin, top: y };
    }
  }
  throw new Error('no tile was drawn');
}

test('every tile count from 1 to 50 gives a grid that holds all tiles inside the sheet', () => {
  for (let count = 1; count <= 50; count++) {
    for (const aspect of [0.3, 0.5, 1, 1.78, 4]) {
      const grid = gridFor(new Array<number>(count).fill(aspect), 3);
      expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(count);
      expect(grid.columns * (grid.rows - 1)).toBeLessThan(count);
      const inner = grid.columns * grid.tileWidth + (grid.columns - 1) * measures.gap;
      expect(inner + 2 * measures.margin).toBeLessThanOrEqual(grid.width);
      expect(grid.width).toBeLessThanOrEqual(2000);
      expect(grid.tileHeight).toBeGreaterThan(grid.pictureHeight + measures.bar);
    }
  }
});

test.each([0, 1, 5, 11, 50])('%i candidates: one PNG as large as its grid', async (count) => {
  const ranking = Array.from({ length: count }, (_, i) => candidate(i + 1));
  const png = await contactSheet({ query: words, result: result(ranking), timeZone });
  const { width, height, format, channels } = await sharp(png).metadata();
  const grid = gridFor(new Array<number>(count).fill(0.5), 3);
  expect(format).toBe('png');
  expect(channels).toBe(3);
  expect(width).toBe(grid.width);
  expect(height).toBeGreaterThan(grid.rows * grid.tileHeight);
  if (count > 0) {
    const { top } = await firstTile(png);
    const last = count - 1;
    const x = measures.margin + (last % grid.columns) * (grid.tileWidth + measures.gap);
    const y = top + Math.floor(last / grid.columns) * (grid.tileHeight + measures.gap);
    const [red, green, blue] = await pixelAt(png, x + grid.tileWidth / 2, y + grid.pictureHeight / 2);
    expect(green).toBeGreaterThan(220);
    expect(Math.max(red ?? 255, blue ?? 255)).toBeLessThan(40);
    // Between the tiles and beside them is nothing but the page.
    expect(await pixelAt(png, measures.margin / 2, y + 20)).toEqual([0x11, 0x13, 0x17]);
  }
});

test('the bar under a tile is as long as the confidence', async () => {
  const png = await contactSheet({
    query: words,
    result: result([candidate(1, { confidence: 0.25 })]),
    timeZone,
  });
  const grid = gridFor([0.5], 3);
  const { left, top } = await firstTile(png);
  const barY = top + grid.pictureHeight + measures.bar / 2;
  const accent = [0x4f, 0xc3, 0xc7];
  expect(await pixelAt(png, left + grid.tileWidth * 0.22, barY)).toEqual(accent);
  expect(await pixelAt(png, left + grid.tileWidth * 0.28, barY)).not.toEqual(accent);
});

test('a picture that is gone, and one that is no picture, get a placeholder and the rest is drawn', async () => {
  const html = join(folder, 'login.jpg');
  await writeFile(html, '<!doctype html><title>Log in</title>');
  const ranking = [
    candidate(1),
    candidate(2, { path: join(folder, 'nowhere.png') }),
    candidate(3, { path: html }),
  ];
  const png = await contactSheet({
    query: { pictures: [pictureFromBytes(Buffer.from('junk'))], words: '', negatives: [] },
    result: result(ranking, { kind: 'image' }),
    timeZone,
  });
  const grid = gridFor([0.5, 0.5, 0.5], 3);
  const { left, top } = await firstTile(png);
  for (const i of [1, 2]) {
    const x = left + i * (grid.tileWidth + measures.gap) + 24;
    expect(await pixelAt(png, x, top + grid.pictureHeight - 20)).toEqual([0x0b, 0x0c, 0x0f]);
  }
});

test('words that look like markup, control codes and broken Unicode are drawn, not obeyed', async () => {
  const nasty =
    '</text><image href="file:///etc/passwd"/> & <&amp;> \u0000\u001b[31m \ud800 ]]> 红帽子 👩‍👩‍👧';
  const png = await contactSheet({
    query: { pictures: [], words: nasty.repeat(20), negatives: [] },
    result: result([
      candidate(1, {
        record: { ...candidate(1).record, place: nasty, cameraId: nasty, personId: nasty },
      }),
    ]),
    scope: nasty,
    timeZone,
  });
  expect((await sharp(png).metadata()).format).toBe('png');
});

test('more query pictures and candidates than fit are counted, not drawn over each other', async () => {
  const pictures = await Promise.all(
    Array.from({ length: 9 }, async () => pictureFromBytes(await plain('#0000ff'))),
  );
  const png = await contactSheet({
    query: { pictures, words: 'x', negatives: pictures },
    result: result(Array.from({ length: 120 }, (_, i) => candidate(i + 1))),
    timeZone,
  });
  const grid = gridFor(new Array<number>(sheetLimits.tiles).fill(0.5), 3);
  const { width, height } = await sharp(png).metadata();
  expect(width).toBe(grid.width);
  expect(height).toBeLessThan((grid.rows + 1) * (grid.tileHeight + measures.gap) + 300);
});

test('escaping leaves nothing that XML forbids', () => {
  expect(escapeXml(`<a href="x">&'`)).toBe(`&lt;a href=&quot;x&quot;&gt;&amp;'`);
  expect(escapeXml('a\u0000b\ud800c\uffffd')).toBe('a\ufffdb\ufffdc\ufffdd');
  expect(escapeXml('👍 红')).toBe('👍 红');
});

test.each([
  ['fonts', fontLettering],
  ['strokes', strokeLettering],
] as const)('%s: what is wrapped or shortened fits the width that it was given', (_, letters) => {
  const text =
    'https://example.org/a/very/long/address/without/a/space and then some ordinary words of a clue';
  for (const width of [60, 150, 400]) {
    const lines = wrap(text, width, 3, letters, 15);
    expect(lines.length).toBeLessThanOrEqual(3);
    for (const line of lines) expect(letters.width(line, 15)).toBeLessThanOrEqual(width);
    expect(letters.width(ellipsis(text, width, letters, 15), 15)).toBeLessThanOrEqual(width);
  }
  expect(wrap(text, 5000, 3, letters, 15)).toEqual([text]);
  expect(wrap(text, 150, 3, letters, 15).at(-1)).toMatch(/…$/);
  expect(ellipsis('short', 500, letters, 15)).toBe('short');
});

test('per cent never claims certainty that is not there', () => {
  expect(percentOf(1)).toBe('100 %');
  expect(percentOf(0.9996)).toBe('>99 %');
  expect(percentOf(0.874)).toBe('87 %');
  expect(percentOf(0.0004)).toBe('<1 %');
  expect(percentOf(0)).toBe('0 %');
});

test('on a machine without any font, rank numbers are still told apart', async () => {
  const none = join(folder, 'no-fonts');
  await mkdir(none);
  const configuration = join(folder, 'fonts.conf');
  await writeFile(
    configuration,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${none}</dir><cachedir>${none}</cachedir></fontconfig>`,
  );
  const script = join(folder, 'no-font.mts');
  const lettering = join(import.meta.dirname, '../../src/retrieval/sheet/lettering.ts');
  await writeFile(
    script,
    `import { lettering, strokeLettering } from ${JSON.stringify(lettering)};\n` +
      `console.log((await lettering()) === strokeLettering ? 'strokes' : 'fonts');\n`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script], {
    env: { ...process.env, FONTCONFIG_FILE: configuration },
    cwd: join(import.meta.dirname, '../..'),
  });
  expect(stdout.trim()).toBe('strokes');

  const drawn = await Promise.all(
    ['1', '2', '3', '8'].map((rank) => {
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="30" height="30">${strokeLettering.draw(rank, 5, 25, { size: 24, fill: '#000' })}</svg>`;
      return sharp(Buffer.from(svg)).raw().toBuffer();
    }),
  );
  expect(new Set(drawn.map((pixels) => pixels.toString('base64'))).size).toBe(4);
  const png = await contactSheet({ query: words, result: result([candidate(1)]), timeZone }, strokeLettering);
  await firstTile(png);
});
