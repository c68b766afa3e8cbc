/** Asks at the terminal before something is done that cannot be undone. */
import { createInterface } from 'node:readline/promises';
import { ChatReidError } from '../foundation/error.ts';
import type { Work } from './shell.ts';

/**
 * @param what `whether to remove them`, for the error
 * @throws ChatReidError OPTION_INVALID where there is nobody to ask
 */
export async function confirmed({ shell, signal }: Work, question: string, what: string): Promise<boolean> {
  if (!shell.stdin.isTTY || !shell.stderr.isTTY) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `There is no terminal on which to ask ${what}.`,
      'Run it again with --yes.',
    );
  }
  const lines = createInterface({ input: shell.stdin, output: shell.stderr });
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
