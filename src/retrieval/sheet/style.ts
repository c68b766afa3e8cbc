/** Colours and shapes that the parts of a contact sheet share. */
import type { Decision } from '../search-result.ts';

export const ink = {
  page: '#111317',
  card: '#1a1d23',
  well: '#0b0c0f',
  edge: '#2b2f38',
  text: '#f1f3f5',
  soft: '#a6adb8',
  faint: '#7b838f',
  accent: '#4fc3c7',
  accentDim: '#4a7480',
  negative: '#e2655f',
} as const;

export const decisions: Readonly<Record<Decision, { readonly label: string; readonly colour: string }>> = {
  found: { label: 'FOUND', colour: '#5cc98a' },
  unsure: { label: 'UNSURE', colour: '#e6b450' },
  'not-in-gallery': { label: 'PROBABLY NOT IN THIS GALLERY', colour: '#c3c8d0' },
};

/** The page's colour outside a rounded rectangle and inside its bounds. */
export function rounded(x: number, y: number, width: number, height: number, radius: number): string {
  const right = x + width;
  const bottom = y + height;
  const r = radius;
  return (
    `<path fill-rule="evenodd" fill="${ink.page}" d="M${x - 1} ${y - 1}H${right + 1}V${bottom + 1}H${x - 1}Z` +
    `M${x + r} ${y}H${right - r}A${r} ${r} 0 0 1 ${right} ${y + r}V${bottom - r}A${r} ${r} 0 0 1 ${right - r} ${bottom}` +
    `H${x + r}A${r} ${r} 0 0 1 ${x} ${bottom - r}V${y + r}A${r} ${r} 0 0 1 ${x + r} ${y}Z"/>`
  );
}
