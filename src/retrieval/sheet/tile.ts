/** One ranked candidate on a contact sheet: rank, confidence, camera, time, place. */

import { formatTime } from '../../foundation/site-time.ts';
import { percentOf } from '../confidence-text.ts';
import type { RankedCandidate } from '../search-result.ts';
import { type Grid, measures } from './layout.ts';
import { ellipsis, type Lettering } from './lettering.ts';
import { decisions, ink, rounded } from './style.ts';

export interface Caption {
  /** At the right of the first line. */
  readonly camera: string;
  readonly rows: readonly string[];
}

export function captionOf({ record }: RankedCandidate, timeZone: string): Caption {
  const rows: string[] = [];
  if (record.time !== undefined) rows.push(formatTime(record.time, timeZone));
  if (record.place !== undefined) rows.push(record.place);
  if (record.personId !== undefined) rows.push(`person ${record.personId}`);
  return { camera: record.cameraId === undefined ? '' : cameraLabel(record.cameraId), rows };
}

/** `camera 3`, but `North entrance` as it is: a name has no room to spare. */
function cameraLabel(cameraId: string): string {
  return cameraId.length <= 4 ? `camera ${cameraId}` : cameraId;
}

export function drawTile(
  candidate: RankedCandidate,
  caption: Caption,
  x: number,
  y: number,
  grid: Grid,
  type: Lettering,
  look: { readonly missing: boolean; readonly best: boolean; readonly dim: boolean },
): string {
  const { tileWidth: width, pictureHeight, tileHeight } = grid;
  const { bar, padding, line } = measures;
  const parts: string[] = [];
  if (look.missing) parts.push(placeholder(x, y, width, pictureHeight, type));

  const rank = String(candidate.rank);
  const badge = Math.max(30, type.width(rank, 16, true) + 16);
  parts.push(
    `<rect x="${x + 8}" y="${y + 8}" width="${badge}" height="26" rx="6" fill="${ink.well}" fill-opacity="0.82"/>`,
    type.draw(rank, x + 8 + badge / 2, y + 27, { size: 16, fill: ink.text, bold: true, anchor: 'middle' }),
  );

  const share = Math.min(1, Math.max(0, candidate.confidence));
  const filled = share === 0 ? 0 : Math.max(2, Math.round(width * share));
  const barTop = y + pictureHeight;
  parts.push(
    `<rect x="${x}" y="${barTop}" width="${width}" height="${bar}" fill="${ink.edge}"/>`,
    `<rect x="${x}" y="${barTop}" width="${filled}" height="${bar}" fill="${look.dim ? ink.accentDim : ink.accent}"/>`,
  );

  const percent = percentOf(share);
  let baseline = barTop + bar + padding + 12;
  parts.push(type.draw(percent, x + padding, baseline, { size: 17, fill: ink.text, bold: true }));
  const room = width - padding * 2 - type.width(percent, 17, true) - 10;
  if (caption.camera !== '') {
    parts.push(
      type.draw(ellipsis(caption.camera, room, type, 13), x + width - padding, baseline, {
        size: 13,
        fill: ink.soft,
        anchor: 'end',
      }),
    );
  }
  for (const row of caption.rows) {
    baseline += line;
    parts.push(
      type.draw(ellipsis(row, width - padding * 2, type, 13), x + padding, baseline, {
        size: 13,
        fill: ink.soft,
      }),
    );
  }

  parts.push(rounded(x, y, width, tileHeight, 10));
  parts.push(
    `<rect x="${x + 0.75}" y="${y + 0.75}" width="${width - 1.5}" height="${tileHeight - 1.5}" rx="9.5" fill="none" stroke="${look.best ? decisions.found.colour : ink.edge}" stroke-width="${look.best ? 2.5 : 1.5}"/>`,
  );
  return parts.join('');
}

/** A figure in outline: says "a person belongs here" without words, and in words where there is room. */
function placeholder(x: number, y: number, width: number, height: number, type: Lettering): string {
  const cx = x + width / 2;
  const cy = y + height / 2 - 14;
  return (
    `<g fill="none" stroke="${ink.faint}" stroke-width="2.5" stroke-dasharray="5 4">` +
    `<circle cx="${cx}" cy="${cy - 26}" r="14"/>` +
    `<path d="M${cx - 28} ${cy + 34}v-12a22 22 0 0 1 22 -22h12a22 22 0 0 1 22 22v12z"/></g>` +
    type.draw(ellipsis('picture missing', width - 16, type, 13), cx, cy + 62, {
      size: 13,
      fill: ink.faint,
      anchor: 'middle',
    })
  );
}
