/** Who must never be trained on: people held out for validation, one a line. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ChatReidError } from '../../foundation/error.ts';
import { personKey } from './person-key.ts';

/**
 * Lines are `DATASET/PERSON` (`market1501/0002`); empty lines and those that begin with # are passed over.
 *
 * @returns keys as {@link personKey} makes them
 * @throws ChatReidError OPTION_INVALID when the file cannot be read or a line is not of this form, naming the line
 */
export async function readExcludedPeople(file: string): Promise<ReadonlySet<string>> {
  const path = resolve(file);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ChatReidError(
      'OPTION_INVALID',
      `The list of held-out people ${path} cannot be read.`,
      'Check the path behind --exclude-people.',
      error,
    );
  });
  const excluded = new Set<string>();
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, dataset, person] = /^([\w-]+)\/(\S+)$/.exec(line) ?? [];
    if (dataset === undefined || person === undefined) {
      throw new ChatReidError(
        'OPTION_INVALID',
        `${path} line ${at + 1} names nobody: "${line}".`,
        'Write one person a line as DATASET/PERSON, for example market1501/0002.',
      );
    }
    excluded.add(personKey(dataset, person));
  }
  return excluded;
}
