/** Where everything on a contact sheet stands: the grid of tiles and its measures, in pixels. */

export const sheetLimits = {
  /** More candidates than this are not drawn; the footer says how many were left out. */
  tiles: 100,
  /** Query pictures, and pictures of people it is not, in the header; the rest is a number. */
  queryPictures: 3,
  negatives: 3,
} as const;

export const measures = {
  margin: 32,
  gap: 16,
  /** Narrower sheets have no room for the decision's sentence. */
  minimumWidth: 880,
  headerThumb: 168,
  /** Kept free beside the query pictures for words and decision. */
  headline: 400,
  bar: 6,
  padding: 12,
  line: 20,
} as const;

export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly pictureHeight: number;
  /** Of the whole sheet. */
  readonly width: number;
}

/**
 * Pedestrian crops are about twice as high as wide, camera frames the other way round: the tiles take the shape of the
 * median candidate, at the same area, so that neither is drowned in empty borders.
 *
 * @param aspects width / height of each candidate's picture
 * @param lines lines of text under each picture
 */
export function gridFor(aspects: readonly number[], lines: number): Grid {
  const count = aspects.length;
  const sorted = [...aspects].sort((a, b) => a - b);
  const aspect = Math.min(1.8, Math.max(0.5, sorted[Math.floor(sorted.length / 2)] ?? 0.5));
  const area = 172 * 344;
  const tileWidth = Math.round(Math.sqrt(area * aspect));
  const pictureHeight = Math.round(tileWidth / aspect);
  const columns = Math.max(1, Math.min(columnsFor(count), Math.floor(1900 / tileWidth)));
  const { margin, gap, bar, padding, line, minimumWidth } = measures;
  const inner = columns * tileWidth + (columns - 1) * gap;
  return {
    columns,
    rows: Math.ceil(count / columns),
    tileWidth,
    pictureHeight,
    tileHeight: pictureHeight + bar + padding * 2 + lines * line - 4,
    width: Math.max(minimumWidth, inner + margin * 2),
  };
}

/** Rows stay few enough to be seen at once and columns few enough to be read in a chat window. */
function columnsFor(count: number): number {
  if (count <= 5) return count;
  if (count <= 10) return 5;
  if (count <= 18) return 6;
  if (count <= 28) return 7;
  if (count <= 40) return 8;
  return 10;
}
