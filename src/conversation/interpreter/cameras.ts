/** Cameras: "camera 3", "cam 1 and 2", "cameras 2 to 4", "c5", "gate-north", "every camera except 4". */
import { namesPattern } from './patterns.ts';
import { numberNamed, numberWords, ordinalNames, ordinalNumber } from './ranks.ts';
import type { Reading, Rule } from './reading.ts';
import { exceptWords, nameGlue, type Sense, senseOf, senseWords } from './scopes.ts';

const word = '(?:cameras?|cams?\\.?|cctvs?|kameras?|webcams?)';
const lead = `(?:(?:${senseWords}|on|in|from|at|by|via|through|with|using|of|the|was|were|seen|appeared|spotted|view of|footage of|pictures from)\\s+){0,5}`;
const trailing =
  '(?:\\s+(?:(?:is|was) (?:wrong|not (?:right|it))|only|too|as well|also|please|pls|instead|footage|view|feed|alone))?';
const numberLabel = '(?:no\\.?\\s*|numbers?\\s+|nr\\.?\\s*|#\\s?)?';
const number = `(?:#?\\d{1,4}[a-z]?(?![\\w:.]\\w)(?!\\w|\\s*(?:[ap]\\.?m\\b|o'?clock))|${numberWords}\\b)`;

/** "The third camera" */
const ordinal = `(?:${ordinalNames.join('|')}|\\d{1,3}(?:st|nd|rd|th))`;

/** "Wrong camera, it was 5": the number is no candidate's. */
export const readRightCamera: Rule = (line, reading) => {
  const found = line.take(
    new RegExp(
      `(?<![\\w'-])(?:wrong|not that|not the right) ${word}\\s*[,:-]?\\s*(?:(?:it|that)(?:'?s| was| is| should be)?|try|use|i meant?|should be|check|rather)\\s+(?:${word}\\s*)?(${number})`,
    ),
  );
  if (found) take(found[1]!, 'only', reading);
  // "Not camera 3 but 4"
  const but = line.take(
    new RegExp(
      `(?<![\\w'-])not (?:on |in |from )?(?:the )?${word}\\s*${numberLabel}${number}(?:\\s*,)?\\s+(?:but|rather|it was|it is)\\s+(?:on |in |from )?(?:${word}\\s*)?(${number})(?=\\s*(?:$|[,.;]))`,
    ),
  );
  if (but) take(but[1]!, 'only', reading);
  const rather = line.take(
    new RegExp(
      `(?<![\\w'-])((?:it was |only |on )?${word}\\s*${number})\\s+(?:and not|not|instead of|rather than)\\s+${number}(?=\\s*(?:$|[,.;]))`,
    ),
  );
  if (rather) take(rather[1]!.replace(/^(?:it was|only|on) /, ''), 'only', reading);
};

export const readCameras: Rule = (line, reading) => {
  const { cameras } = reading.context;
  for (const found of line.takeAll(allBut(cameras))) take(found[1]!, 'except', reading);
  const pattern = cameraPattern(cameras);
  for (let found = line.take(pattern); found; found = line.take(pattern)) {
    const [, notBefore = '', before = '', notAfter = '', said = '', after = ''] = found;
    takeNamed(`${notBefore} ${before} ${notAfter} ${after}`, said, reading);
  }
};

/** "All cameras but 1 and 2" */
function allBut(cameras: readonly string[]): RegExp {
  const named = cameras.length > 0 ? `(?:${namesPattern(cameras)})(?![\\w-])` : '(?!)';
  const one = `(?:${named}|${number})`;
  return new RegExp(
    `(?<![\\w'-])(?:on |show |check |search )?(?:all|every|any)(?: of)?(?: the)?(?: other)? ${word}\\s*,?\\s*(?:but|except(?: for)?|apart from|other than|excluding|without|save)(?: for| not)?(?: the)?\\s+(?:${word}\\s*)?(${one}(?:${nameGlue}${one})*)`,
  );
}

function cameraPattern(cameras: readonly string[]): RegExp {
  const names = cameras.length > 0 ? `(?:${namesPattern(cameras)})(?![\\w-])` : '(?!)';
  const one = `(?:(?:${word}\\s*)?${numberLabel}(?:${names}|${number}))`;
  const forms = [
    `${word}\\s*:?\\s*(?:(?:was|is|should be|to)\\s+)?${numberLabel}${one}(?:\\s*(?:-|to|thru|through)\\s*\\d{1,3}(?![\\w:])|(?:${nameGlue}${one})*)`,
  ];
  forms.unshift(`(?:cameras|cams)\\s+\\d{1,3}(?:\\s+\\d{1,3}(?![\\w:.]))+(?:${nameGlue}${one})*`);
  forms.push(`${ordinal}\\s+${word}`);
  if (cameras.some((name) => /^(?:c|cam)?[\s_-]?\d+$/i.test(name))) {
    forms.push(`\\bc\\d{1,2}(?![\\w:])(?:${nameGlue}c?\\d{1,2}(?![\\w:]))*`);
  }
  const inWords = cameras.filter((name) => !/^\d+$/.test(name));
  const named = namesPattern([...new Set([...inWords, ...inWords.map(turned)])]);
  if (named !== '') {
    forms.push(
      `(?<![\\w-])(?:${named})(?![\\w-])(?:\\s+${word})?(?:${nameGlue}(?:the )?(?:${named})(?![\\w-]))*(?:\\s+${word})?`,
    );
  }
  return new RegExp(
    `(?<![\\w'-])(?:(${exceptWords})\\s+)?(${lead})(?:(${exceptWords})\\s+)?(?:on |in |from |the |at ){0,2}(${forms.join('|')})(${trailing})`,
  );
}

/** "Not camera 3, camera 5" leaves out the first one only. */
function takeNamed(around: string, said: string, reading: Reading): void {
  const sense = senseOf(around);
  const [first = said, ...others] = sense === 'except' ? said.split(new RegExp(`,\\s*(?=${word})`)) : [said];
  take(first, sense, reading);
  for (const other of others) take(other, 'only', reading);
}

function take(said: string, sense: Sense, reading: Reading): void {
  const { cameras } = reading.context;
  const named = camerasIn(said, cameras);
  const unknown = named.find(({ name }) => name === undefined);
  if (unknown) reading.unclear(`There is no camera ${unknown.said} in this gallery${listed(cameras)}`);
  else
    reading.cameras.take(
      named.flatMap(({ name }) => name ?? []),
      sense,
    );
}

interface Named {
  readonly said: string;
  readonly name: string | undefined;
}

function camerasIn(said: string, cameras: readonly string[]): Named[] {
  const bare = said.replace(new RegExp(`^${word}\\s*:?\\s*(?:(?:was|is|should be|to)\\s+)?`), '').trim();
  const whole = /^#?(\d{1,3})\s*(?:-|to|thru|through)\s*(\d{1,3})$/.exec(bare);
  const parts =
    whole && !nameOf(bare, cameras)
      ? range(Number(whole[1]), Number(whole[2]))
      : said.split(
          new RegExp(
            `${nameGlue}(?:the )?|(?<=\\d)\\s+(?=\\d)|\\s*\\b${word}\\s*:?\\s*(?:(?:was|is|should be|to)\\s+)?`,
          ),
        );
  return parts
    .map((part) =>
      part
        .replace(/^(?:(?:no|numbers?|nr)(?![a-z])\.?)?\s*#?\s*/, '')
        .replace(/^(?:the\s+)/, '')
        .trim(),
    )
    .map((part) => ordinalNumber(part) ?? part)
    .filter((part) => part !== '')
    .map((part) => ({ said: part, name: nameOf(part, cameras) }));
}

function range(from: number, to: number): string[] {
  return Array.from({ length: Math.max(0, Math.min(to - from + 1, 100)) }, (_, at) => String(from + at));
}

/** Cameras are named `3`, `c3`, `cam-03` or by words. */
function nameOf(said: string, cameras: readonly string[]): string | undefined {
  const number = numberNamed(said);
  const wanted = number === undefined ? bare(said) : String(number);
  return (
    cameras.find((name) => name.toLowerCase() === said) ??
    cameras.find((name) => bare(name) === wanted) ??
    cameras.find((name) => bare(turned(name)) === wanted)
  );
}

/** "north gate" for `gate-north` */
function turned(name: string): string {
  const [first, second, ...more] = name.split(/[\s_-]+/);
  const both = first !== undefined && second !== undefined && more.length === 0;
  return both && !/\d/.test(name) ? `${second} ${first}` : name;
}

function bare(name: string): string {
  return name
    .toLowerCase()
    .replace(/[\s_-]+/g, '')
    .replace(/^(?:camera|cam|c)(?=\d)/, '')
    .replace(/^0+(?=\d)/, '');
}

function listed(cameras: readonly string[]): string {
  if (cameras.length === 0) return ': its pictures have no cameras.';
  const more = cameras.length > 12 ? ', …' : '';
  return `; there are ${cameras.slice(0, 12).join(', ')}${more}.`;
}
