/** The top of a contact sheet: who is looked for, with what words, and what the search decided. */
import type { OverlayOptions } from 'sharp';
import type { Query } from '../query.ts';
import type { SearchResult } from '../search-result.ts';
import { measures, sheetLimits } from './layout.ts';
import { type Lettering, wrap } from './lettering.ts';
import { decisions, ink, rounded } from './style.ts';
import { layer, thumbOf } from './thumb.ts';

export async function drawHeader(
  sheet: { readonly query: Query; readonly result: SearchResult; readonly scope?: string },
  width: number,
  type: Lettering,
  layers: OverlayOptions[],
): Promise<{ svg: string; height: number }> {
  const { margin, headerThumb } = measures;
  const { query, result } = sheet;
  const svg: string[] = [];
  let x: number = margin;
  const top = margin + 22;
  let thumbsEnd = 0;

  const groups = [
    { title: 'LOOKING FOR', pictures: query.pictures, limit: sheetLimits.queryPictures, not: false },
    { title: 'NOT', pictures: query.negatives, limit: sheetLimits.negatives, not: true },
  ].filter(({ pictures }) => pictures.length > 0);
  for (const { title, pictures, limit, not } of groups) {
    const size = not ? Math.round(headerThumb * 0.62) : headerThumb;
    const start = x;
    thumbsEnd = Math.max(thumbsEnd, top + size);
    let drawn = 0;
    for (const picture of pictures.slice(0, limit)) {
      const thumb = await thumbOf(picture, Math.round(size * 1.1), size);
      const box = { width: Math.max(Math.round(size / 2), thumb?.width ?? 0), height: size };
      if (drawn > 0 && x + box.width > width - margin - measures.headline) break;
      drawn++;
      if (thumb) {
        layers.push(
          layer(
            thumb,
            x + Math.round((box.width - thumb.width) / 2),
            top + Math.round((size - thumb.height) / 2),
          ),
        );
      } else {
        svg.push(
          `<rect x="${x}" y="${top}" width="${box.width}" height="${size}" fill="${ink.well}"/>`,
          type.draw('?', x + box.width / 2, top + size / 2 + 8, {
            size: 24,
            fill: ink.faint,
            anchor: 'middle',
          }),
        );
      }
      svg.push(rounded(x, top, box.width, size, 8));
      if (not) {
        svg.push(
          `<path d="M${x + 5} ${top + size - 5}L${x + box.width - 5} ${top + 5}" stroke="${ink.negative}" stroke-width="3" stroke-linecap="round"/>`,
        );
      }
      svg.push(
        `<rect x="${x + 0.75}" y="${top + 0.75}" width="${box.width - 1.5}" height="${size - 1.5}" rx="7.5" fill="none" stroke="${not ? ink.negative : ink.edge}" stroke-width="1.5"/>`,
      );
      x += box.width + 10;
    }
    const rest = pictures.length - drawn;
    if (rest > 0) {
      svg.push(type.draw(`+${rest}`, x, top + 18, { size: 15, fill: ink.soft }));
      x += Math.ceil(type.width(`+${rest}`, 15)) + 10;
    }
    svg.push(
      type.draw(title, start, margin + 10, {
        size: 12,
        fill: not ? ink.negative : ink.faint,
        bold: true,
      }),
    );
    x = Math.max(x, start + Math.ceil(type.width(title, 12, true)) + 10) + 14;
  }
  if (groups.length > 0) x += 4;

  const room = width - margin - x;
  const head = result.kind === 'image' ? headlineForPictures(query) : `“${query.words.trim()}”`;
  const size = [26, 22, 18].find((s) => wrap(head, room, 3, type, s, true).length <= 2) ?? 18;
  let y = margin + 26 - Math.round(size * 1.3);
  for (const line of wrap(head, room, 2, type, size, true)) {
    y += Math.round(size * 1.3);
    svg.push(type.draw(line, x, y, { size, fill: ink.text, bold: true }));
  }
  y += 28;
  if (sheet.scope) {
    for (const line of wrap(sheet.scope, room, 2, type, 15)) {
      svg.push(type.draw(line, x, y, { size: 15, fill: ink.soft }));
      y += 22;
    }
  }
  y += 4;
  const verdict = decisions[result.decision];
  const pill = type.width(verdict.label, 13, true) + 24;
  svg.push(
    `<rect x="${x}" y="${y - 12}" width="${pill}" height="26" rx="13" fill="${verdict.colour}"/>`,
    type.draw(verdict.label, x + pill / 2, y + 6, {
      size: 13,
      fill: ink.page,
      bold: true,
      anchor: 'middle',
    }),
  );
  y += 36;
  for (const line of wrap(withoutVerdict(result.decisionDetail.sentence), room, 3, type, 15)) {
    svg.push(type.draw(line, x, y, { size: 15, fill: ink.text }));
    y += 21;
  }
  return { svg: svg.join(''), height: Math.max(thumbsEnd, y - 8) + 28 };
}

/** `Found: a likeness …` says in its first word what the coloured label says already. */
function withoutVerdict(sentence: string): string {
  return sentence.replace(/^[^:.]{1,40}: (\p{L})/u, (_, first: string) => first.toUpperCase());
}

function headlineForPictures({ pictures }: Query): string {
  return pictures.length === 1 ? 'Search by picture' : `Search by ${pictures.length} pictures`;
}
