/** Capital letters, digits and a few signs as strokes, for machines on which no font is installed at all. */

/** Each glyph is an SVG path on a grid 4 wide and 6 high, y downwards; the baseline is y = 6. */
const glyphs: Readonly<Record<string, string>> = {
  '0': 'M1 0H3L4 1V5L3 6H1L0 5V1ZM1 5L3 1',
  '1': 'M1 1L2 0V6M1 6H3',
  '2': 'M0 1L1 0H3L4 1V2L0 6H4',
  '3': 'M0 0H4L2 2.5H3L4 3.5V5L3 6H1L0 5',
  '4': 'M3 6V0L0 4H4',
  '5': 'M4 0H0V2.5H3L4 3.5V5L3 6H0',
  '6': 'M4 0H2L0 2V5L1 6H3L4 5V4L3 3H0',
  '7': 'M0 0H4L1.5 6',
  '8': 'M1 0H3L4 1V2L3 3H1L0 4V5L1 6H3L4 5V4L3 3M1 3L0 2V1L1 0',
  '9': 'M0 6H2L4 4V1L3 0H1L0 1V2L1 3H4',
  A: 'M0 6L2 0L4 6M0.7 4H3.3',
  B: 'M0 0V6H3L4 5V4L3 3H0M3 3L4 2V1L3 0H0',
  C: 'M4 1L3 0H1L0 1V5L1 6H3L4 5',
  D: 'M0 0V6H2.5L4 4.5V1.5L2.5 0Z',
  E: 'M4 0H0V6H4M0 3H3',
  F: 'M4 0H0V6M0 3H3',
  G: 'M4 1L3 0H1L0 1V5L1 6H3L4 5V3H2',
  H: 'M0 0V6M4 0V6M0 3H4',
  I: 'M1 0H3M2 0V6M1 6H3',
  J: 'M3 0V5L2 6H1L0 5',
  K: 'M0 0V6M4 0L0 4M1.5 2.5L4 6',
  L: 'M0 0V6H4',
  M: 'M0 6V0L2 3L4 0V6',
  N: 'M0 6V0L4 6V0',
  O: 'M1 0H3L4 1V5L3 6H1L0 5V1Z',
  P: 'M0 6V0H3L4 1V2L3 3H0',
  Q: 'M1 0H3L4 1V5L3 6H1L0 5V1ZM2.5 4.5L4 6',
  R: 'M0 6V0H3L4 1V2L3 3H0M2 3L4 6',
  S: 'M4 1L3 0H1L0 1V2L1 3H3L4 4V5L3 6H1L0 5',
  T: 'M0 0H4M2 0V6',
  U: 'M0 0V5L1 6H3L4 5V0',
  V: 'M0 0L2 6L4 0',
  W: 'M0 0L1 6L2 3L3 6L4 0',
  X: 'M0 0L4 6M4 0L0 6',
  Y: 'M0 0L2 3L4 0M2 3V6',
  Z: 'M0 0H4L0 6H4',
  '%': 'M4 0L0 6M0.5 0H1.5V1H0.5ZM2.5 5H3.5V6H2.5Z',
  '.': 'M2 5.8V6',
  ',': 'M2 5.5L1.5 7',
  ':': 'M2 2V2.2M2 5V5.2',
  '·': 'M2 3V3.2',
  '-': 'M1 3H3',
  '+': 'M0.5 3H3.5M2 1.5V4.5',
  '#': 'M1.5 1L1 5M3 1L2.5 5M0.5 2.2H3.7M0.3 3.8H3.5',
  '/': 'M4 0L0 6',
  '(': 'M3 0L2 1.5V4.5L3 6',
  ')': 'M1 0L2 1.5V4.5L1 6',
  '"': 'M1.3 0V1.5M2.7 0V1.5',
  "'": 'M2 0V1.5',
  '?': 'M0 1L1 0H3L4 1V2L2 3.5V4.2M2 5.8V6',
  _: 'M0 6H4',
  '<': 'M3.5 1L0.5 3L3.5 5',
  '>': 'M0.5 1L3.5 3L0.5 5',
  '&': 'M4 6L0.7 1.8V1L1.5 0H2L2.8 1V1.5L0 4V5L1 6H2L4 4',
  ';': 'M2 2V2.2M2 5L1.5 6.8',
  '!': 'M2 0V4M2 5.8V6',
  '…': 'M0.3 5.8V6M2 5.8V6M3.7 5.8V6',
};

const lookalikes: Readonly<Record<string, string>> = {
  '–': '-',
  '—': '-',
  '−': '-',
  '“': '"',
  '”': '"',
  '‘': "'",
  '’': "'",
};

/** Width of one cell, glyph and gap, in grid units. */
const cell = 5.1;
/** Grid units from top to baseline. */
const capHeight = 6;
/** Capital height as a share of the font size, as in common sans-serif faces. */
const capShare = 0.72;

/** Advance of the text in pixels at a font size in pixels. */
export function strokeWidth(text: string, size: number): number {
  return [...text].length * cell * scaleOf(size);
}

/**
 * SVG for the text with its baseline at (x, y), left-aligned. Small letters are drawn as capitals; a character that is
 * not in the table is a small box, so that nobody takes a shortened text for the whole one.
 */
export function strokeText(
  text: string,
  x: number,
  y: number,
  size: number,
  ink: { readonly fill: string; readonly bold: boolean },
): string {
  const scale = scaleOf(size);
  let path = '';
  [...text].forEach((character, i) => {
    if (character === ' ') return;
    const glyph =
      glyphs[character.toUpperCase()] ?? glyphs[lookalikes[character] ?? ''] ?? 'M0.5 0.5H3.5V5.5H0.5Z';
    path += `<path transform="translate(${i * cell} ${-capHeight})" d="${glyph}"/>`;
  });
  return (
    `<g transform="translate(${x} ${y}) scale(${scale})" fill="none" stroke="${ink.fill}" ` +
    `stroke-width="${ink.bold ? 1.1 : 0.75}" stroke-linecap="round" stroke-linejoin="round">${path}</g>`
  );
}

function scaleOf(size: number): number {
  return (size * capShare) / capHeight;
}
