/** The promises of SECURITY.md, and what is wrong with the tests that it names for them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Promised {
  readonly number: number;
  readonly title: string;
  /** By the path of their file. */
  readonly tests: readonly { readonly file: string; readonly names: readonly string[] }[];
}

/** @param text of SECURITY.md */
export function promisesIn(text: string): readonly Promised[] {
  const section = /^## What is promised\n([\s\S]*?)^## /m.exec(text)?.[1] ?? '';
  return section
    .split(/^(?=\d+\. )/m)
    .filter((part) => /^\d+\. /.test(part))
    .map((part) => ({
      number: Number.parseInt(part, 10),
      title: /\*\*([\s\S]*?)\*\*/.exec(part)?.[1] ?? '',
      tests: [...part.matchAll(/\[[^\]]+\]\((test\/[^)]+)\)((?:,? "[^"]+")*)/g)].map(
        ([, file = '', names = '']) => ({
          file,
          names: [...names.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
        }),
      ),
    }));
}

/** @param root of the repository. @returns sentences; none where every promise has a test that is there */
export function brokenPromises(promises: readonly Promised[], root: string): readonly string[] {
  return promises.flatMap(({ number, title, tests }, at) => {
    const wrong = number === at + 1 ? [] : [`${number}: it is promise ${at + 1}`];
    if (title === '') wrong.push(`${number}: it says nothing`);
    if (tests.length === 0) wrong.push(`${number}: no test is named`);
    for (const { file, names } of tests) {
      if (names.length === 0) wrong.push(`${number}: no test of ${file} is named`);
      const source = sourceOf(join(root, file));
      if (source === undefined) wrong.push(`${number}: there is no file ${file}`);
      else
        for (const name of names)
          if (!isIn(source, name)) wrong.push(`${number}: ${file} has no test "${name}"`);
    }
    return wrong;
  });
}

/** As a string of the source, however it is quoted: a title, or the row of a table that titles are made of. */
function isIn(source: string, name: string): boolean {
  return ["'", '"', '`'].some((quote) => source.includes(`${quote}${name}${quote}`));
}

function sourceOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
