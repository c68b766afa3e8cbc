/** One picture of a whole answer: the query, the decision and the ranked candidates, for terminals, chats and files. */
import sharp, { type OverlayOptions } from 'sharp';
import type { Query } from './query.ts';
import type { RankedCandidate, SearchResult } from './search-result.ts';
import { drawHeader } from './sheet/header.ts';
import { type Grid, gridFor, measures, sheetLimits } from './sheet/layout.ts';
import { ellipsis, type Lettering, lettering } from './sheet/lettering.ts';
import { ink } from './sheet/style.ts';
import { layer, type Thumb, thumbOf } from './sheet/thumb.ts';
import { type Caption, captionOf, drawTile } from './sheet/tile.ts';

export interface ContactSheet {
  readonly query: Query;
  readonly result: SearchResult;
  /** What the search was restricted to, in words, e.g. `camera 3 · after 24 Nov 2026 12:00`. */
  readonly scope?: string;
  /** IANA zone in which times are shown. */
  readonly timeZone: string;
}

/**
 * A PNG of at most about 1,960 pixels width. Pictures that cannot be opened any more get a placeholder tile; nothing
 * that a user typed can break the drawing.
 *
 * @throws ChatReidError only for what the disk refuses; never for a bad picture.
 */
export async function contactSheet(sheet: ContactSheet, letters?: Lettering): Promise<Buffer> {
  const type = letters ?? (await lettering());
  const shown = sheet.result.ranking.slice(0, sheetLimits.tiles);
  const captions = shown.map((candidate) => captionOf(candidate, sheet.timeZone));
  const lines = Math.max(1, ...captions.map(({ rows }) => rows.length + 1));
  const grid = gridFor(shown.map(aspectOf), lines);
  const thumbs = await tileThumbs(shown, grid);

  const layers: OverlayOptions[] = [];
  const header = await drawHeader(sheet, grid.width, type, layers);
  const svg = [header.svg];
  const top = header.height;
  const wells: string[] = [];
  const someCompared = shown.some(({ compared }) => compared);

  for (const [i, candidate] of shown.entries()) {
    const x = measures.margin + (i % grid.columns) * (grid.tileWidth + measures.gap);
    const y = top + Math.floor(i / grid.columns) * (grid.tileHeight + measures.gap);
    const thumb = thumbs[i];
    wells.push(
      `<rect x="${x}" y="${y}" width="${grid.tileWidth}" height="${grid.tileHeight}" fill="${ink.card}"/>`,
      `<rect x="${x}" y="${y}" width="${grid.tileWidth}" height="${grid.pictureHeight}" fill="${ink.well}"/>`,
    );
    if (thumb) {
      layers.push(
        layer(
          thumb,
          x + Math.round((grid.tileWidth - thumb.width) / 2),
          y + Math.round((grid.pictureHeight - thumb.height) / 2),
        ),
      );
    }
    svg.push(
      drawTile(candidate, captions[i] as Caption, x, y, grid, type, {
        missing: thumb === undefined,
        best: i === 0 && sheet.result.decision === 'found',
        // Told apart only where both kinds are on the sheet.
        dim: someCompared && !candidate.compared,
      }),
    );
  }

  const bottom = top + grid.rows * (grid.tileHeight + measures.gap);
  const footer = drawFooter(sheet.result, shown, bottom, grid.width, type);
  svg.push(footer.svg);
  const height = bottom + footer.height;

  // Wells first, pictures on them, and the drawing on top: its corners round the pictures off.
  return sharp({ create: { width: grid.width, height, channels: 3, background: ink.page } })
    .composite([
      { input: document(grid.width, height, wells.join('')), left: 0, top: 0 },
      ...layers,
      { input: document(grid.width, height, svg.join('')), left: 0, top: 0 },
    ])
    .removeAlpha()
    .png({ compressionLevel: 8 })
    .toBuffer();
}

function drawFooter(
  result: SearchResult,
  shown: readonly RankedCandidate[],
  top: number,
  width: number,
  type: Lettering,
): { svg: string; height: number } {
  const { filter, ranking, timings } = result;
  const compared = ranking.filter((candidate) => candidate.compared).length;
  const facts = [
    shown.length === 0
      ? 'no candidates'
      : shown.length < ranking.length
        ? `first ${shown.length} of ${ranking.length} candidates`
        : `${shown.length} candidate${shown.length === 1 ? '' : 's'}`,
    `filter kept ${grouped(filter.kept)} of ${grouped(filter.of)} pictures`,
    compared === 0
      ? 'ranked by the filter alone'
      : compared < ranking.length
        ? `${compared} compared by the language model (bright bars)`
        : 'all compared by the language model',
    `${(timings.total / 1000).toFixed(1)} s`,
  ];
  const text = ellipsis(facts.join(' · '), width - measures.margin * 2, type, 13);
  return {
    svg: type.draw(text, measures.margin, top + 16, { size: 13, fill: ink.faint }),
    height: 16 + measures.margin,
  };
}

function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

function aspectOf({ record }: RankedCandidate): number {
  return record.width > 0 && record.height > 0 ? record.width / record.height : 0.5;
}

/** A few at a time: camera frames can be megabytes each. */
async function tileThumbs(
  candidates: readonly RankedCandidate[],
  grid: Grid,
): Promise<(Thumb | undefined)[]> {
  const thumbs: (Thumb | undefined)[] = [];
  for (let from = 0; from < candidates.length; from += 8) {
    const some = candidates.slice(from, from + 8);
    thumbs.push(
      ...(await Promise.all(
        some.map(({ record, path }) =>
          thumbOf({ id: record.pictureId, path }, grid.tileWidth, grid.pictureHeight),
        ),
      )),
    );
  }
  return thumbs;
}

function document(width: number, height: number, body: string): Buffer {
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${body}</svg>`,
  );
}
