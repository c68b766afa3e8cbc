/** Market-1501 with queries that look otherwise than they did: recoloured clothes, with and without the right words, and no colour. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { PersonAttributes } from '../../foundation/person-attributes.ts';
import type { Benchmark, BenchmarkRow, QueryRow, Setting } from '../benchmark.ts';
import { malformedRow } from '../datasets/dataset-errors.ts';
import { acrossCameras } from '../protocol.ts';
import { type Alteration, alteredPicture } from './altered-picture.ts';
import { attributeLabels } from './attribute-labels.ts';
import { clueSentence, type Fact } from './clue.ts';
import { type Besides, needed, noTraining } from './derived-benchmark.ts';
import { marketTest } from './market-gallery.ts';

const title = 'Market-1501 with altered queries';
const setting = (name: string, title: string): Setting => ({
  name,
  title,
  protocol: acrossCameras,
  quirks: [],
});
const settings: readonly [Setting, ...Setting[]] = [
  setting('recoloured', 'clothes in another colour'),
  setting('recoloured-with-words', 'clothes in another colour, and words that say the right one'),
  setting('as-taken', 'the same queries as they were taken'),
  setting('as-taken-with-words', 'the same queries as they were taken, and the same words'),
  setting('grey', 'queries without colour'),
  setting('infrared-like', 'queries as a camera at night sees'),
];

const atOnce = 16;

/**
 * The queries are the official ones, of the test persons of whom the attributes name a colour of the top or the bottom;
 * the gallery and the protocol are the official ones, too. `recoloured` gives the top, the bottom or both another colour
 * (which of them is drawn by the picture's name, among those whose colour is known; the picture itself is altered in code,
 * see altered-picture.ts, and kept); the words name the colours as they are on the person in the gallery.
 */
export function marketAltered({ attributes, pictures }: Besides): Benchmark {
  return {
    name: 'market1501-altered',
    title,
    settings,
    readTraining: noTraining(title),
    async read(folder, options) {
      const { setting: asked = settings[0] } = options;
      const file = needed(attributes, title, '--attributes FILE.json');
      const [{ queries, gallery, differences }, labels] = await Promise.all([
        marketTest(folder, options),
        attributeLabels(file),
      ]);
      const known = queries.flatMap((row): Coloured[] => {
        const worn = labels.get(row.personId);
        if (row.path === undefined || (worn?.top === undefined && worn?.bottom === undefined)) return [];
        return [{ row: { ...row, path: row.path }, worn }];
      });
      if (known.length === 0) {
        throw malformedRow(
          file,
          'it names no colour of a test person of Market-1501',
          'Make it with --part test.',
        );
      }
      const made: QueryRow[] = [];
      for (let first = 0; first < known.length; first += atOnce) {
        const batch = known.slice(first, first + atOnce);
        made.push(
          ...(await Promise.all(batch.map((one) => queryOf(one, asked.name, join(pictures, 'altered'))))),
        );
      }
      const without = queries.length - known.length;
      return {
        queries: made,
        gallery,
        differences,
        remarks:
          without === 0 ? [] : [`Queries of people whose colours are not known are left out: ${without}.`],
      };
    },
  };
}

interface Coloured {
  readonly row: BenchmarkRow;
  readonly worn: PersonAttributes;
}

async function queryOf({ row, worn }: Coloured, asked: string, folder: string): Promise<QueryRow> {
  const part = partOf(row.source, worn);
  const alteration: Alteration | undefined = {
    grey: 'grey' as const,
    'infrared-like': 'infrared' as const,
    recoloured: part,
    'recoloured-with-words': part,
  }[asked];
  const path = alteration === undefined ? row.path : await alteredPicture(row.path, alteration, folder);
  return { ...row, path, ...(asked.endsWith('-with-words') ? { caption: rightWords(worn, part) } : {}) };
}

/** Which clothes get another colour: of those whose own is known. */
export function partOf(source: string, { top, bottom }: PersonAttributes): 'top' | 'bottom' | 'both' {
  if (bottom === undefined) return 'top';
  if (top === undefined) return 'bottom';
  const byte = createHash('sha256').update(source).digest()[0]!;
  return (['top', 'bottom', 'both'] as const)[byte % 3]!;
}

/** `a person wearing a red short-sleeved top`: of the clothes that were altered, nothing else. */
export function rightWords(
  { top, sleeves, bottom, legwear }: PersonAttributes,
  part: 'top' | 'bottom' | 'both',
): string {
  const facts: Fact[] = [];
  const add = (name: Fact[0], value: string | undefined): void => {
    if (value !== undefined) facts.push([name, value]);
  };
  if (part !== 'bottom') {
    add('top', top);
    add('sleeves', sleeves);
  }
  if (part !== 'top') {
    add('bottom', bottom);
    add('legwear', legwear);
  }
  return clueSentence(facts);
}
