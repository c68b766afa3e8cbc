/** Finds secrets that somebody wrote into the config, before anything of it can be printed. */
import type { Platform } from './platform.ts';
import { secretNames } from './secrets.ts';

/** What such a key is called; no key of ours is. */
const secretKey = /token|secret|passw|credential|api_?key|private/i;
/** How tokens of Slack and Discord look, and other bearers. */
const secretValue = /\b(xox[a-z]-|xapp-)|^[\w-]{23,28}\.[\w-]{6}\.[\w-]{27,}$|^Bearer /;

/** @param refuse is given the sentence, which never holds the value */
export function refuseSecrets(
  config: unknown,
  platforms: readonly Platform[],
  refuse: (sentence: string) => void,
): void {
  const [path] = found(config, []);
  if (path === undefined) return;
  const own = platforms.find(({ name }) => name === path[0]);
  const names = secretNames(own ? [own] : platforms).map(({ name }) => name);
  refuse(
    `${path.join('.')} holds a secret, which does not belong in a file that is copied and shown: set ${names.join(' or ')} in the environment, or the same name with _FILE to the path of a file that holds it.`,
  );
}

function found(value: unknown, path: readonly string[]): string[][] {
  if (typeof value === 'string') return secretValue.test(value.trim()) ? [[...path]] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    // A token that slipped in front of the colon is not printed either.
    if (secretValue.test(key.trim())) return [[...path, '(a key)']];
    const here = [...path, key];
    const holds = inner !== null && inner !== '' && typeof inner !== 'object';
    return secretKey.test(key) && holds ? [here] : found(inner, here);
  });
}
