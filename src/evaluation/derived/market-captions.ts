/** Market-1501's test persons by what people wrote of them: the descriptions of CUHK-PEDES, joined by the picture's name. */
import { basename, resolve } from 'node:path';
import type { Benchmark, BenchmarkRow, QueryRow, Setting } from '../benchmark.ts';
import { captionOf } from '../datasets/captioned-pictures.ts';
import { malformedRow } from '../datasets/dataset-errors.ts';
import { persons } from '../datasets/dataset-counts.ts';
import { eachJsonRecord, recordName } from '../datasets/json-records.ts';
import { inSourceOrder } from '../datasets/list-file.ts';
import { acrossCameras, anyCamera } from '../protocol.ts';
import { type Besides, needed, noTraining } from './derived-benchmark.ts';
import { handDrawn, marketTest } from './market-gallery.ts';

const title = 'Market-1501 with descriptions';
const layout = {
  title: 'The caption file',
  next: 'Give a JSON list of {id, file_path, captions}, as CUHK-PEDES has it.',
};

const settings: readonly [Setting, ...Setting[]] = [
  { name: 'whole-gallery', title: 'words against the whole gallery', protocol: anyCamera, quirks: [] },
  { name: 'described', title: 'words against the described pictures', protocol: anyCamera, quirks: [] },
  {
    name: 'picture-and-words',
    title: 'picture and words against the whole gallery',
    protocol: acrossCameras,
    quirks: [],
  },
  {
    name: 'picture-alone',
    title: 'the same pictures without their words',
    protocol: acrossCameras,
    quirks: [],
  },
];

/**
 * CUHK-PEDES (Li et al., CVPR 2017) describes hand-drawn crops of Market-1501 as `Market/NAME`: NAME is one of gt_bbox/. In its
 * val and test files are 471 pictures of 118 TEST persons, 942 descriptions (a training person's are passed over). Every
 * description is a query: of words in the first two settings, beside its picture in the third, and its picture without it
 * in the last, so that the last two can be compared query by query. The whole gallery is that of the official protocol.
 */
export function marketCaptions({ captions }: Besides): Benchmark {
  return {
    name: 'market1501-captions',
    title,
    settings,
    readTraining: noTraining(title),
    async read(folder, options) {
      const { setting = settings[0] } = options;
      const files = needed(captions?.length ? captions : undefined, title, '--captions FILE.json');
      const [{ gallery, differences }, crops] = await Promise.all([
        marketTest(folder, options),
        handDrawn(folder),
      ]);
      const tested = new Set(gallery.map(({ personId }) => personId).filter((id) => id !== '0000'));
      const described = new Map<BenchmarkRow, string[]>();
      for (const file of files) {
        await eachDescription(file, (name, words) => {
          const crop = crops.get(name);
          if (crop !== undefined && tested.has(crop.personId)) {
            described.set(crop, [...(described.get(crop) ?? []), words]);
          }
        });
      }
      if (described.size === 0) {
        throw malformedRow(files.join(', '), 'they describe no test picture of Market-1501', layout.next);
      }
      const queries = [...described].flatMap(([crop, words]) =>
        words.map((caption, at) => queryOf(crop, caption, at, setting.name)),
      );
      const shown = setting.name === 'described' ? [...described.keys()] : gallery;
      return {
        queries: inSourceOrder(queries),
        gallery: setting.name === 'described' ? inSourceOrder(shown) : shown,
        differences,
        remarks: [
          `${queries.length} descriptions of ${described.size} pictures of ${persons(described.keys())} test persons.`,
        ],
      };
    },
  };
}

function queryOf(
  { source, path, personId, cameraId }: BenchmarkRow,
  caption: string,
  at: number,
  setting: string,
): QueryRow {
  const row = { personId, source: `${source}#${String(at + 1).padStart(2, '0')}` };
  const picture = { ...row, path, ...(cameraId === undefined ? {} : { cameraId }) };
  if (setting === 'picture-alone') return picture;
  return setting === 'picture-and-words' ? { ...picture, caption } : { ...row, caption };
}

async function eachDescription(file: string, take: (name: string, words: string) => void): Promise<void> {
  const path = resolve(file);
  await eachJsonRecord(path, layout, ({ file_path: picture, captions }, number) => {
    const wrong = (what: string): Error => malformedRow(recordName(path, number), what, layout.next);
    if (typeof picture !== 'string') throw wrong('it has no file_path');
    if (!picture.startsWith('Market/')) return;
    const words: unknown[] = Array.isArray(captions) ? captions : [captions];
    for (const caption of words) take(basename(picture), captionOf(caption, wrong));
  });
}
