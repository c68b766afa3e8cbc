/** The report page: one sound document without network or script, whatever the data set says. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reliability } from '../../../src/evaluation/metrics/reliability.ts';
import { comparisonTable } from '../../../src/evaluation/report/comparison-table.ts';
import { htmlReport } from '../../../src/evaluation/report/html-report.ts';
import { paperResults } from '../../../src/evaluation/report/paper/paper-row.ts';
import type { ReportInput } from '../../../src/evaluation/report/report-input.ts';
import { thumbnails } from '../../../src/evaluation/report/thumbnails.ts';
import { worstQueries } from '../../../src/evaluation/report/worst-queries.ts';
import { drawnInput, drawnMeasures, drawnReport, drawnResult } from './drawn-report.ts';
import { faults } from './well-formed.ts';

const hostile = `</bdi><script>alert("x")</script><img src=x onerror='alert(1)'>`;

let folder: string;
let input: ReportInput;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatreid-report-'));
  input = await drawnInput(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const textOf = (page: string): string =>
  page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ');

it('sees what is wrong with a page', () => {
  expect(faults('<p class="a"><b>x</b></p><br>')).toEqual([]);
  for (const wrong of [
    '<p><b></p></b>',
    '<p>',
    '</p>',
    '<p class=a></p>',
    'a < b',
    '<p id="a"></p><p id="a"></p>',
    '<path d="MNaN 3"/>',
    `<p title="it's"quoted"></p>`,
  ]) {
    expect(faults(wrong), wrong).not.toEqual([]);
  }
});

describe('report page', () => {
  it('is one sound document that asks for nothing else', async () => {
    const page = await htmlReport({ ...input, report: { ...drawnReport, ...drawnMeasures } });
    expect(faults(page)).toEqual([]);
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).not.toMatch(/<(script|link|iframe|object)\b|@import|url\(|https?:/i);
    expect(page).toContain(`content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`);
    for (const [, source] of page.matchAll(/ (?:src|href)="([^"]*)"/g)) {
      expect(source).toMatch(/^data:image\/jpeg;base64,[A-Za-z0-9+/]+=*$/);
    }
    expect(page).toContain('@media (prefers-color-scheme: dark)');
    expect(page).toContain('@media print');
    expect(page).toContain('width=device-width');
    for (const svg of page.match(/<svg[^>]*>/g) ?? []) {
      const [title, description] = /aria-labelledby="(\S+) (\S+)"/.exec(svg)?.slice(1) ?? [];
      expect(page).toContain(`<title id="${title}">`);
      expect(page).toContain(`<desc id="${description}">`);
    }
    expect(page.match(/<svg/g)).toHaveLength(4);
  });

  it('has the same bytes for the same input', async () => {
    expect(await htmlReport(input)).toBe(await htmlReport({ ...input }));
  });

  it('says what was measured, with the paper beside it', async () => {
    const text = textOf(await htmlReport(input));
    expect(text).toContain('across cameras · mode filter');
    expect(text).toContain('filter drawn a901e11d8811 on cpu');
    expect(text).toContain('12 queries by picture · 24 gallery pictures · 2026-11-24 13:40 UTC');
    expect(text).toContain('mAP53.2 %paper 96.4 (−43.2)');
    expect(text).toContain('Rank-150.0 %paper 97.2 (−47.2)');
    expect(text).toContain('PASS [62]93.096.8');
    expect(text).toContain('TransReID [12]86.8a94.4a');
    expect(text).toContain('s Rank-1 is 97.2 %.');
    expect(text).toContain('As printed in table 2 of the ChatReID paper ChatReID96.497.2 TransReID');
    expect(text).toContain('Gallery that it keeps7.10 %');
    expect(text).toContain('Right pictures that it keeps97.00 %');
    expect(text).toContain('Ceiling: mAP, Rank-195.0 %, 98.0 %');
    expect(text).toContain('Similarities and the best of them2.20 s');
    expect(text).toContain('Metrics1.20 s');
    expect(text).toContain('In all1 min 23 s');
    expect(text).toContain('chatreid evaluate market1501 --data ./market --html report.html');
    expect(text).not.toContain('not comparable');
    expect(text).not.toContain('When the person is not there');
  });

  it('shows pair measures where there are some', async () => {
    const text = textOf(await htmlReport({ ...input, report: { ...drawnReport, ...drawnMeasures } }));
    expect(text).toContain('Equal error rate 8.0 %, area under the curve 0.9876.');
    expect(text).toContain('11.220.078.877.73.115.04.281.2');
    expect(text).toContain('109.010.081.0–––––');
  });

  it('warns of a part, of a slice and of other counts', async () => {
    const partial = { ...drawnReport, partial: true, notes: ['7 pictures in query instead of 3368'] };
    const text = textOf(await htmlReport({ ...input, report: partial }));
    expect(text).toContain(
      'This is not the whole data set: not comparable with numbers that are over the whole.',
    );
    expect(text).toContain('7 pictures in query instead of 3368');
    expect(text).toContain('mAP53.2 %paper 96.4 Rank-1');
    const sliced = { ...partial, slice: { asked: 12, of: 3368 } };
    expect(textOf(await htmlReport({ ...input, report: sliced }))).toContain(
      '12 of 3,368 queries were asked: not comparable with numbers over all of them.',
    );
  });

  it('says whose numbers a row has under a wrong name', async () => {
    const text = comparisonTable(drawnReport, paperResults('sysu-mm01'))!.text.replace(/<[^>]*>/g, '');
    expect(text).toMatch(/CAL \[9\]a66\.969\.6/);
    expect(text).toMatch(/MAUM \[18\]b68\.871\.7/);
    expect(text).toMatch(/DART \[44\]66\.368\.7/);
  });

  it('names a manifest, compares it with its own filter alone, and calls no perfect query bad', async () => {
    const report = { ...drawnReport, benchmark: 'manifest', data: '/far/off/<cameras>.csv' };
    const benchmark = { ...input.benchmark, name: 'manifest', title: 'Manifest' };
    const perfect = input.results.map((result) => ({ ...result, averagePrecision: 1 }));
    const page = textOf(await htmlReport({ ...input, benchmark, report, results: perfect }));
    expect(page).toContain('Manifest: &lt;cameras&gt;.csv');
    expect(page).not.toMatch(/Beside|worst/);
    const judged = { ...report, filter: { ...drawnReport } };
    expect(textOf(await htmlReport({ ...input, benchmark, report: judged }))).toMatch(
      /Beside its filter.*Its filter alone, same queries/s,
    );
  });

  it('holds nothing against the paper in a setting that the paper has no number for', async () => {
    const text = textOf(await htmlReport({ ...input, report: { ...drawnReport, setting: 'any-camera' } }));
    expect(text).toContain('The paper has no number for this benchmark in this setting.');
    expect(text).not.toContain('97.2');
  });

  it('has the filter’s row and the language model’s work in modes with one', async () => {
    const text = textOf(
      await htmlReport({
        ...input,
        report: {
          ...drawnReport,
          mode: 'full',
          filter: {
            ...drawnReport,
            mAP: 0.4111,
            rank1: 0.3999,
            reliability: reliability([0.9], [false]),
          },
          language: {
            engine: {
              name: 'tiny',
              checksum: 'feedbeef0123456789',
              kind: 'onnx',
              device: 'cpu',
              dtype: 'q4',
            },
            prompts: ['choose-image@1', 'verify-image@1'],
            shortlist: 20,
            judged: 12,
            judgedNow: 12,
            emptyShortlists: 3,
            candidates: 17.25,
            enginePrompts: 1_234_567,
            engineSeconds: 7300,
            shortlistCeiling: { mAP: 0.9, rank1: 0.93 },
          },
        },
      }),
    );
    expect(text).toContain('This run, mode full53.250.0');
    expect(text).toContain('Its filter alone, same queries41.140.0');
    expect(text).toContain('language model tiny feedbeef0123 (q4) on cpu');
    expect(text).toContain('Ceiling of 20 judged candidates: mAP, Rank-190.0 %, 93.0 %');
    expect(text).toContain('1,234,567, 2 h 2 min');
    expect(text).toContain('The filter alone: 90.0 %, 0.810.');
    expect(text).toContain('choose-image@1, verify-image@1');
    expect(text).toContain('full: Rank-1 50.0 %, Rank-5 80.0 %, Rank-10 90.0 %. filter alone: Rank-1 50.0 %');
  });

  it('keeps the language model’s own answers apart from those that are fused with the filter', async () => {
    const report = {
      ...drawnReport,
      mode: 'full' as const,
      filter: drawnReport,
      pure: { ...drawnReport, mAP: 0.2 },
    };
    const text = textOf(await htmlReport({ ...input, report }));
    expect(text).toContain('This run, mode full, fused with the filter53.2');
    expect(text).toContain('The language model&#39;s own answers, not fused20.0');
  });

  it('shows whatever a data set says as text', async () => {
    const [first] = input.results;
    const source = `query/${hostile}.jpg`;
    const results = [
      {
        ...drawnResult(0),
        source,
        kind: 'mixed' as const,
        top: [{ source: hostile, correct: false, score: 0.5 }],
      },
    ];
    const page = await htmlReport({
      ...input,
      benchmark: { ...input.benchmark, title: hostile },
      report: {
        ...drawnReport,
        partial: true,
        notes: [hostile],
        run: hostile,
        encoder: { name: hostile, space: hostile, device: hostile },
      },
      results,
      queries: [{ source, personId: '1', caption: `a man in red ${hostile}` }],
      gallery: [],
      date: hostile,
      command: `chatreid evaluate "${hostile}"`,
    });
    expect(first).toBeDefined();
    expect(faults(page)).toEqual([]);
    expect(page).not.toMatch(/<script|<img|onerror='/);
    expect(page).toContain('a man in red &lt;/bdi&gt;&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
  });
});

describe('worst queries', () => {
  it('are those of the lowest average precision, ties by source', () => {
    const results = [5, 3, 4, 1, 2].map(drawnResult);
    const tied = [{ ...drawnResult(9), averagePrecision: 1 / 12 }, ...results];
    expect(worstQueries(tied, 3).map(({ source }) => source)).toEqual([
      'query/0001.jpg',
      'query/0009.jpg',
      'query/0002.jpg',
    ]);
    expect(worstQueries(results.toReversed())).toEqual(worstQueries(results));
  });

  it('have a query of several draws once, with its worst draw', () => {
    const draws = [0.5, 0.2, 0.9].map((averagePrecision, trial) => ({
      ...drawnResult(1),
      averagePrecision,
      trial,
    }));
    expect(worstQueries(draws)).toMatchObject([{ trial: 1, averagePrecision: 0.2 }]);
  });

  it('are ten sheets with marks in words', async () => {
    const page = await htmlReport(input);
    const text = textOf(page);
    expect(page.match(/<figure class="sheet">/g)).toHaveLength(10);
    expect(text).toContain(
      '1 query/0000.jpg AP 0.0 % · first right answer at rank 2 · confidence in the first candidate 42 %',
    );
    expect(page.indexOf('query/0000.jpg')).toBeLessThan(page.indexOf('query/0001.jpg'));
    expect(text).not.toContain('query/0010.jpg');
    expect(page).toContain('alt="Candidate 2, right: gallery/0000_1.jpg"');
    expect(page.match(/<img/g)).toHaveLength(30);
    expect(text).toContain('✗ wrong');
    expect(text).toContain('✓ right');
  });

  it('have the words of a query that has no picture', async () => {
    const words = `a woman with a green bag ${'and a long coat '.repeat(40)}`;
    const page = await htmlReport({
      ...input,
      results: [{ ...drawnResult(0), kind: 'text' }],
      queries: [{ source: 'query/0000.jpg', personId: '0', caption: words }],
    });
    expect(page).toContain('<span class="picture missing">in words</span>');
    expect(page).toContain(`<span class="caption"><bdi>${words}</bdi></span>`);
  });

  it('have a placeholder for a picture that is gone, broken or unknown', async () => {
    const broken = join(folder, 'broken.jpg');
    await writeFile(broken, '<html>log in</html>');
    const page = await htmlReport({
      ...input,
      results: [drawnResult(0)],
      queries: [{ source: 'query/0000.jpg', personId: '0', path: join(folder, 'gone.jpg') }],
      gallery: [{ source: 'gallery/0000_0.jpg', personId: '0', path: broken }],
    });
    expect(page.match(/class="picture missing"/g)).toHaveLength(3);
    expect(page).toContain('aria-label="Query query/0000.jpg (no picture)"');
    expect(faults(page)).toEqual([]);
  });

  it('are left out where no query was scored', async () => {
    expect(await htmlReport({ ...input, results: [] })).not.toContain('worst');
  });
});

describe('pictures inside a page', () => {
  it('are JPEGs no higher than 160 pixels, and never made larger', async () => {
    const large = join(folder, 'large.png');
    await sharp({ create: { width: 400, height: 800, channels: 4, background: '#ff000080' } })
      .png()
      .toFile(large);
    const small = input.gallery[0]?.path as string;
    const pictures = await thumbnails([large, small, large]);
    expect(pictures.size).toBe(2);
    expect(pictures.get(large)).toMatchObject({ width: 80, height: 160 });
    expect(pictures.get(small)).toMatchObject({ width: 32, height: 64 });
    const bytes = Buffer.from(pictures.get(large)?.address.split(',')[1] as string, 'base64');
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width: 80, height: 160 });
  });

  it('stop where the page would become too heavy', async () => {
    const paths = input.gallery.slice(0, 4).map(({ path }) => path);
    const all = await thumbnails(paths);
    const one = all.get(paths[0] as string)?.address.length as number;
    expect([...(await thumbnails(paths, one + 1)).keys()]).toEqual([paths[0]]);
  });
});
