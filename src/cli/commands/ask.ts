/** `chatreid ask`: find a person by pictures, by words, or by both. */
import { statSync } from 'node:fs';
import { extname, join, resolve, sep } from 'node:path';
import { type Command, Option } from 'commander';
import { ChatReidError } from '../../foundation/error.ts';
import type { Scope } from '../../gallery/gallery-store.ts';
import type { FusionMode } from '../../retrieval/fusion.ts';
import { checkWords, type Query } from '../../retrieval/query.ts';
import type { SearchMode } from '../../retrieval/search-result.ts';
import { recordedAsking, recordSearch } from '../audit/recorded-command.ts';
import { galleryOption, jsonOption } from '../gallery-option.ts';
import type { NamedPicture } from '../picture-argument.ts';
import { printSearch, searchDocument } from '../search-report.ts';
import { runSearch, writeSheet } from '../search-run.ts';
import { collect, numberBetween, type Shell, type Work, wholeNumber } from '../shell.ts';

interface AskOptions {
  readonly gallery: string;
  readonly image?: readonly string[];
  readonly not?: readonly string[];
  readonly camera?: readonly string[];
  readonly place?: readonly string[];
  readonly after?: string;
  readonly before?: string;
  readonly top: number;
  readonly mode?: SearchMode;
  readonly fusion?: FusionMode;
  readonly tau?: number;
  readonly falseMatchRate?: number;
  readonly sheet?: string;
  readonly json?: boolean;
}

const fusionModes: readonly FusionMode[] = ['calibrated', 'none'];
const modes: readonly SearchMode[] = ['filter', 'pairwise', 'best-choice', 'full'];

export function askCommand(shell: Shell): Command {
  return shell
    .command('ask', 'Find a person by pictures, by words, or by both.', [
      'chatreid ask --image seen.jpg --camera 3 --after "yesterday 14:00" --sheet answer.png',
      'chatreid ask "a woman with a red backpack"',
      'chatreid ask --image a1b2c3d4 --not 9f8e7d6c "without the jacket"',
    ])
    .argument('[words...]', 'what the person looks like')
    .addOption(galleryOption())
    .option(
      '-i, --image <picture>',
      'picture of the person: a file, a picture id of the gallery, or - for standard input (repeatable)',
      collect,
    )
    .option('-n, --not <picture>', 'picture of somebody it is not (repeatable)', collect)
    .option('-c, --camera <id>', 'only this camera (repeatable)', collect)
    .option('-p, --place <place>', 'only this place (repeatable)', collect)
    .option('--after <time>', 'only pictures from then on, e.g. 2026-11-24T13:00 or "yesterday 14:00"')
    .option('--before <time>', 'only pictures up to then; a date alone is its end')
    .option('-k, --top <count>', 'length of the ranking', wholeNumber(1, 1000), 10)
    .addOption(new Option('-m, --mode <mode>', 'how candidates are compared').choices(modes))
    .addOption(
      new Option(
        '--fusion <how>',
        "calibrated: weigh the language model and the filter as measured; none: the model's own answers",
      ).choices(fusionModes),
    )
    .option('--tau <similarity>', 'threshold of the filter, -1 to 1', numberBetween(-1, 1))
    .option(
      '--false-match-rate <rate>',
      'share of searches for absent people that may be called found (default: 0.01)',
      numberBetween(0, 1, true),
    )
    .option('-s, --sheet <file>', 'write the answer as one picture (PNG)')
    .addOption(jsonOption())
    .action((words: string[], options: AskOptions) =>
      shell.run(options, (work) => recorded(work, words.join(' ').trim(), options)),
    );
}

function recorded(work: Work, words: string, options: AskOptions): Promise<void> {
  const { gallery } = options;
  return recordedAsking(work, { acts: ['ask'], gallery }, { text: words }, () => ask(work, words, options));
}

async function ask(work: Work, words: string, options: AskOptions): Promise<void> {
  const { out, settings } = work;
  if (words === '' && !options.image) {
    throw new ChatReidError(
      'QUERY_EMPTY',
      'There is nothing to look for yet.',
      'Give words, a picture with --image, or both. See: chatreid ask --help',
    );
  }
  checkWords(words);
  if (options.sheet !== undefined) checkSheet(options.sheet);
  const { scope, notes, ...query } = await readQuery(work, words, options);
  const found = await runSearch(work, options.gallery, query, scope, {
    top: options.top,
    ...(options.mode ? { mode: options.mode } : {}),
    ...(options.fusion ? { fusion: options.fusion } : {}),
    ...(options.tau === undefined ? {} : { tau: options.tau }),
    ...(options.falseMatchRate === undefined ? {} : { falseMatchRate: options.falseMatchRate }),
  });
  const search = { ...found, result: { ...found.result, notes: [...notes, ...found.result.notes] } };
  await recordSearch(work, search, { text: words }, options.sheet !== undefined);
  // Told first: a disk that refuses the sheet must not take the answer with it.
  printSearch(search, out, settings.timeZone);
  const sheet =
    options.sheet === undefined
      ? undefined
      : await writeSheet(search, options.sheet, settings.timeZone, sheetMode(work, options.sheet));
  if (sheet) out.note(`The contact sheet is ${sheet}`);
  out.document({ ...searchDocument(search), ...(sheet ? { sheet } : {}) });
}

/** Private in the home folder; anywhere else as the user's own files are. */
function sheetMode({ shell, settings }: Work, sheet: string): number {
  const inHome = resolve(sheet).startsWith(settings.home.root + sep);
  return inHome ? 0o600 : 0o666 & ~shell.umask;
}

function checkSheet(sheet: string): void {
  if (isFolder(sheet)) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `--sheet "${sheet}" is a folder.`,
      `Name a file in it: --sheet ${join(sheet, 'answer.png')}`,
    );
  }
  if (extname(sheet).toLowerCase() !== '.png') {
    throw new ChatReidError(
      'OPTION_INVALID',
      `--sheet "${sheet}" does not end in .png, and the sheet is a PNG picture.`,
      'Give a name such as answer.png.',
    );
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

async function readQuery(
  { shell, parts, settings }: Work,
  words: string,
  options: AskOptions,
): Promise<Query & { readonly scope: Scope; readonly notes: readonly string[] }> {
  // Times first: they cost nothing, and a typing error should not wait for a picture.
  const scope = { ...places(options), ...(await times(options, settings.timeZone, shell.now())) };
  const { image = [], not = [] } = options;
  if ([...image, ...not].filter((name) => name === '-').length > 1) {
    throw new ChatReidError(
      'OPTION_INVALID',
      'Standard input can be only one picture.',
      'Give the others as files.',
    );
  }
  const { pictureArgument } = await import('../picture-argument.ts');
  const source = { store: () => parts.store(), gallery: options.gallery, stdin: shell.stdin };
  const pictures: NamedPicture[] = [];
  for (const name of image) pictures.push(await pictureArgument(name, source));
  const negatives: NamedPicture[] = [];
  for (const name of not) negatives.push(await pictureArgument(name, source));

  const own = pictures.flatMap(({ record }) => (record ? [record.pictureId] : []));
  const notes =
    own.length === 0
      ? []
      : [
          `The gallery's own ${own.length === 1 ? 'picture that is' : 'pictures that are'} asked with is left out of the answer.`,
        ];
  return {
    pictures: pictures.map(({ picture }) => picture),
    words,
    negatives: negatives.map(({ picture }) => picture),
    scope: own.length === 0 ? scope : { ...scope, exclude: own },
    notes,
  };
}

function places({ camera, place }: AskOptions): Scope {
  return {
    ...(camera ? { cameras: camera } : {}),
    ...(place ? { places: place } : {}),
  };
}

async function times({ after, before }: AskOptions, timeZone: string, now: Date): Promise<Scope> {
  if (after === undefined && before === undefined) return {};
  const { parseMoment } = await import('../../conversation/moment.ts');
  const from =
    after === undefined ? undefined : parseMoment(after, { name: '--after', edge: 'start', timeZone, now });
  const until =
    before === undefined
      ? undefined
      : parseMoment(before, {
          name: '--before',
          edge: 'end',
          timeZone,
          now,
          ...(from ? { notBefore: from } : {}),
        });
  if (from && until && from > until) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `--after "${after}" is later than --before "${before}".`,
      'Swap them, or write both with their dates.',
    );
  }
  return { ...(from ? { after: from } : {}), ...(until ? { before: until } : {}) };
}
