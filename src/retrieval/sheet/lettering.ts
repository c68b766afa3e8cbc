/** Text in a picture: measured before it is drawn, so that it wraps and ends in an ellipsis instead of overlapping. */
import sharp from 'sharp';
import { strokeText, strokeWidth } from './stroke-font.ts';

export interface Ink {
  /** Pixels. */
  readonly size: number;
  readonly fill: string;
  readonly bold?: boolean;
  readonly anchor?: 'start' | 'end' | 'middle';
}

/** Two of a kind: the machine's fonts, or strokes of our own where it has none. */
export interface Lettering {
  /** Pixels; an upper bound for the fonts in the family list. */
  width(text: string, size: number, bold?: boolean): number;
  /** SVG with the baseline at (x, y). Escapes the text. */
  draw(text: string, x: number, y: number, ink: Ink): string;
}

/** DejaVu first: it is the widest of the list, so what is measured with its widths fits in the others too. */
const family = 'DejaVu Sans, Liberation Sans, Noto Sans, Helvetica, Arial, sans-serif';

/** Advance widths of DejaVu Sans for the characters 32 to 126, in hundredths of the font size. */
const plainWidths = [
  32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34,
  34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63, 61, 73,
  68, 99, 69, 61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63,
  63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
];
/** On running text DejaVu Sans Bold is 13 % wider than the plain face; a little more is kept free. */
const boldFactor = 1.16;

export const fontLettering: Lettering = {
  width(text, size, bold = false) {
    let hundredths = 0;
    for (const character of text) hundredths += advance(character.codePointAt(0) ?? 0);
    return (hundredths * size * (bold ? boldFactor : 1)) / 100;
  },
  draw(text, x, y, ink) {
    const weight = ink.bold ? ' font-weight="bold"' : '';
    return (
      `<text x="${x}" y="${y}" font-family="${family}" font-size="${ink.size}"${weight} ` +
      `fill="${ink.fill}" text-anchor="${ink.anchor ?? 'start'}" xml:space="preserve">${escapeXml(text)}</text>`
    );
  },
};

export const strokeLettering: Lettering = {
  width: (text, size) => strokeWidth(text, size),
  draw(text, x, y, ink) {
    const width = strokeWidth(text, ink.size);
    const left = ink.anchor === 'end' ? x - width : ink.anchor === 'middle' ? x - width / 2 : x;
    return strokeText(text, left, y, ink.size, { fill: ink.fill, bold: ink.bold ?? false });
  },
};

function advance(code: number): number {
  if (code < 32) return 0;
  if (code < 127) return plainWidths[code - 32] ?? 64;
  if (code < 0x530) return 90;
  // Ideographs, kana, emoji and everything rare: a full square and a little.
  return 110;
}

let chosen: Promise<Lettering> | undefined;

/** The machine's fonts where there are any, found out once a process. */
export function lettering(): Promise<Lettering> {
  chosen ??= fontsWork().then((work) => (work ? fontLettering : strokeLettering));
  return chosen;
}

/** Without a font, the renderer draws the same empty box for every character, or nothing. */
async function fontsWork(): Promise<boolean> {
  const [one, eight] = await Promise.all([ink('1'), ink('8')]);
  return one > 0 && eight > 0 && one !== eight;
}

async function ink(text: string): Promise<number> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">${fontLettering.draw(text, 4, 32, { size: 28, fill: '#000' })}</svg>`;
  const pixels = await sharp(Buffer.from(svg)).ensureAlpha().extractChannel('alpha').raw().toBuffer();
  return pixels.reduce((sum, alpha) => sum + alpha, 0);
}

/**
 * The text on one line, ended with … where it is wider than `width`. Cuts between what a reader sees as characters,
 * never inside one.
 */
export function ellipsis(
  text: string,
  width: number,
  letters: Lettering,
  size: number,
  bold = false,
): string {
  const line = oneLine(text);
  if (letters.width(line, size, bold) <= width) return line;
  const characters = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(line)];
  let kept = '';
  for (const { segment } of characters) {
    if (letters.width(`${kept}${segment}…`, size, bold) > width) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** At most `lines` lines, broken between words where possible; the last one ends with … when something is left out. */
export function wrap(
  text: string,
  width: number,
  lines: number,
  letters: Lettering,
  size: number,
  bold = false,
): string[] {
  const words = oneLine(text).split(' ').filter(Boolean);
  const wrapped: string[] = [];
  while (words.length > 0 && wrapped.length < lines - 1) {
    let line = words.shift() ?? '';
    if (letters.width(line, size, bold) > width) {
      // A word longer than the line (an address, a file name): fill the line, carry the rest over.
      const head = ellipsis(line, width, letters, size, bold).slice(0, -1);
      if (head === '') break;
      words.unshift(line.slice(head.length));
      line = head;
    }
    while (words[0] !== undefined && letters.width(`${line} ${words[0]}`, size, bold) <= width) {
      line += ` ${words.shift()}`;
    }
    wrapped.push(line);
  }
  if (words.length > 0) wrapped.push(ellipsis(words.join(' '), width, letters, size, bold));
  return wrapped;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Text for XML: markup escaped, and characters that XML 1.0 forbids (control codes, lone surrogates) replaced. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
