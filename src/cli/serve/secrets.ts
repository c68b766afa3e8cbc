/** Secrets of the platforms: from the environment or from files that it names, never from the config. */
import { readFile } from 'node:fs/promises';
import { ChatReidError } from '../../foundation/error.ts';
import type { Platform, SecretName } from './platform.ts';

/** By the name of their variable; what is not set is not in it. */
export type Secrets = ReadonlyMap<string, string>;

/** What a platform makes has no blank in it, nor the ellipsis of our docs. */
const made = /^[!-~]{8,}$/;

/**
 * `NAME` or `NAME_FILE`; white space around a secret is none of it.
 *
 * @throws ChatReidError OPTION_INVALID: both are set, a file cannot be read, one is missing that `needed` names, one is
 * only a part or an example of a secret
 */
export async function readSecrets(
  names: readonly SecretName[],
  needed: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Secrets> {
  const secrets = new Map<string, string>();
  for (const { name, what, chosen } of names) {
    const secret = await readSecret(name, env);
    if (secret !== undefined && !chosen && !made.test(secret)) {
      throw invalid(
        `${name} (${what}) is too short, or has a character in it that none has.`,
        'Copy the whole of it, and nothing else.',
      );
    }
    if (secret !== undefined) secrets.set(name, secret);
    else if (needed.includes(name)) {
      throw invalid(`${name} (${what}) is not set.`, `Set it, or set ${name}_FILE to a file that holds it.`);
    }
  }
  return secrets;
}

async function readSecret(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const [direct, path] = [env[name]?.trim(), env[`${name}_FILE`]?.trim()];
  if (direct && path) throw invalid(`Both ${name} and ${name}_FILE are set.`, 'Leave one of them out.');
  if (direct) return direct;
  if (!path) return undefined;
  const held = await readFile(path, 'utf8').catch((error: unknown) => {
    throw invalid(
      `The file of ${name}_FILE cannot be read: ${path}`,
      'Check its path and permissions.',
      error,
    );
  });
  if (held.trim() === '')
    throw invalid(`The file of ${name}_FILE is empty: ${path}`, 'Write the secret into it.');
  return held.trim();
}

/** `CHATREID_SLACK_BOT_TOKEN`, … of all platforms, in their order. */
export function secretNames(platforms: readonly Platform[]): readonly SecretName[] {
  return platforms.flatMap(({ secrets }) => secrets);
}

function invalid(message: string, next: string, cause?: unknown): ChatReidError {
  return new ChatReidError('OPTION_INVALID', message, next, cause);
}
