/** One line of the corpus: what was written, in which situation, and the acts that it should be read as. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../src/foundation/package-root.ts';

/** A rank, `query`, or `sent 1`: the first attached picture. */
const picture = z.union([z.number().int(), z.string().regex(/^(?:query|sent [1-9])$/)]);
/** On the site's clock, of the year of the situation. */
const time = z.string().regex(/^(?:\d{4}-)?\d{2}-\d{2} \d{2}:\d{2}$/);
/** `top=red`, `hat=yes`, `backpack` for `backpack=yes`; `not` before it for a denial. */
const trait = z.string().regex(/^(?:not )?[a-z]+(?:=[a-z ]+)?$/);

const label = z.union([
  z.enum(['more', 'reset', 'undo', 'help', 'unclear']),
  z.strictObject({ clue: z.string(), traits: z.array(trait) }),
  z.strictObject({ show: z.array(picture), add: z.boolean().optional() }),
  z.strictObject({ exclude: z.array(picture) }),
  z.strictObject({ forget: z.array(picture) }),
  z.strictObject({ choose: picture }),
  z.strictObject({ describe: picture }),
  z.strictObject({ ask: picture }),
  z.strictObject({ why: picture.nullable() }),
  z.strictObject({ compare: z.tuple([picture, picture]) }),
  z.strictObject({ verify: z.tuple([picture, picture]) }),
  z.strictObject({
    constrain: z.strictObject({
      cameras: z.array(z.string()).optional(),
      places: z.array(z.string()).optional(),
      after: time.optional(),
      before: time.optional(),
      gallery: z.string().optional(),
    }),
  }),
  z.strictObject({ lift: z.union([z.string(), z.tuple([z.string(), z.string()])]) }),
  z.strictObject({ answer: z.enum(['yes', 'no', 'unknown']) }),
  z.strictObject({ person: z.number().int() }),
  z.strictObject({ case: z.string() }),
  z.strictObject({
    register: z.strictObject({
      pictures: z.array(picture),
      camera: z.string().optional(),
      place: z.string().optional(),
      time: time.optional(),
      person: z.string().optional(),
    }),
  }),
]);

const line = z.strictObject({ in: z.string(), text: z.string(), acts: z.array(label) });

export type Label = z.infer<typeof label>;

export interface LabelledUtterance {
  /** Site and situation, as in situations.ts: `mall results`. */
  readonly in: string;
  readonly text: string;
  readonly acts: readonly Label[];
}

export const corpusFolder = join(packageRoot(), 'test/conversation/interpreter/corpus');
/** Files that nobody looks into while rules are written. */
export const keptApart: readonly string[] = ['kept-apart', 'kept-apart-later', 'kept-apart-third'];

/** Names of the corpus's files without their ending, in order. */
export function themes(): string[] {
  if (!existsSync(corpusFolder)) return [];
  return readdirSync(corpusFolder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => basename(name, '.jsonl'))
    .sort();
}

/** Names of the files that rules may be written for. */
export function developedThemes(): string[] {
  return themes().filter((theme) => !keptApart.includes(theme));
}

/** @throws Error naming file and line, never what is written there, where a line is no labelled utterance */
export function readTheme(theme: string): LabelledUtterance[] {
  return readFileSync(join(corpusFolder, `${theme}.jsonl`), 'utf8')
    .split('\n')
    .flatMap((text, at) => {
      if (text.trim() === '') return [];
      try {
        return [line.parse(JSON.parse(text))];
      } catch (error) {
        const issue = error instanceof z.ZodError ? (error.issues[0]?.path.join('.') ?? '') : 'no JSON';
        throw new Error(`${theme}.jsonl, line ${at + 1}: ${issue}`);
      }
    });
}
