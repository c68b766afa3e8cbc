/** What programs said during a run of the tests, and the secrets that they had: kept in files, so that all of it can be searched at the end. */
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { redactor, secretValues } from '../../src/cli/redaction.ts';

/** The folder of this run, set by the global set-up. */
const variable = 'CHATREID_TEST_OUTPUT';
let streams = 0;
const planted = new Set<string>();

export function outputFolder(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return env[variable];
}

export function hearIn(folder: string): void {
  process.env[variable] = folder;
}

/** @returns takes what one stream says, in order: a secret may come in two pieces */
export function listener(folder = outputFolder()): (text: string | Uint8Array) => void {
  if (folder === undefined) return () => {};
  const file = join(folder, `said-${process.pid}-${streams++}`);
  return (text) => {
    if (text.length > 0) appendFileSync(file, text);
  };
}

let ofConsole: ReturnType<typeof listener> | undefined;

/** What tests and the libraries in them print, in the process that gathers it. */
export function hearConsole(text: string): void {
  ofConsole ??= listener();
  ofConsole(text);
}

/** What a program under test is given as a secret must be in none of its words. */
export function plant(env: NodeJS.ProcessEnv, folder = outputFolder()): void {
  if (folder === undefined) return;
  for (const secret of secretValues(env)) {
    const known = `${folder} ${secret}`;
    if (planted.has(known)) continue;
    planted.add(known);
    appendFileSync(join(folder, `planted-${process.pid}`), `${JSON.stringify(secret)}\n`);
  }
}

export interface Shown {
  readonly file: string;
  /** The line, with the secret taken out. */
  readonly line: string;
}

/** Lines in which a secret of the run is, or something that has the form of a platform's token. */
export function secretsShown(folder: string): { readonly shown: readonly Shown[]; readonly lines: number } {
  const names = readdirSync(folder);
  const secrets = names
    .filter((name) => name.startsWith('planted-'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean))
    .map((line) => JSON.parse(line) as string);
  const withoutSecrets = redactor([...new Set(secrets)]);
  const shown: Shown[] = [];
  let lines = 0;
  for (const file of names.filter((name) => name.startsWith('said-'))) {
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
      lines++;
      const clean = withoutSecrets(line);
      if (clean !== line) shown.push({ file, line: clean.slice(0, 300) });
    }
  }
  return { shown, lines };
}
