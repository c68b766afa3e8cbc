/** Secrets that the environment holds, and texts without them. */
import { readFileSync } from 'node:fs';

/** What takes the place of a secret. */
export const cut = '[removed]';

/** `CHATREID_SLACK_BOT_TOKEN`, `CHATREID_WEB_TOKEN_NIGHT_SHIFT`, `CHATREID_ENGINE_KEY`; with `_FILE` the path of a file that holds it. */
const secretName = /^CHATREID_\w*(TOKEN|SECRET|KEY)(_\w+)?$/;
/** Addresses that a password may be in. */
const addressName = /^CHATREID_\w*URL(_FILE)?$/;
/** Shorter than that none is, and would be in every word. */
const shortest = 8;
/** Tokens of a platform that nobody told us of: one of another workspace in an error's words. */
const tokenLike = /xox[a-z]-[\w-]+|xapp-[\w-]+|[\w-]{23,28}\.[\w-]{6}\.[\w-]{27,}|Bearer [\w.-]+/g;

/** Also those that are in files which the environment names. */
export function secretValues(env: NodeJS.ProcessEnv): readonly string[] {
  const values = Object.entries(env).flatMap(([name, value = '']) => {
    const isAddress = addressName.test(name);
    if (!isAddress && !secretName.test(name)) return [];
    const held = (name.endsWith('_FILE') ? contentOf(value.trim()) : value).trim();
    return isAddress ? passwordsIn(held) : [held];
  });
  return [...new Set(values)].filter(({ length }) => length >= shortest);
}

/** @returns what takes these secrets, however they are written, and whatever looks like one out of a text */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const written = secrets
    .filter(({ length }) => length >= shortest)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  return (text) =>
    written.reduce((rest, secret) => rest.replaceAll(secret, cut), text).replace(tokenLike, cut);
}

/** An address without user name and password; what is no address is returned as it is. */
export function withoutCredentials(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  if (url.username === '' && url.password === '') return address;
  url.username = '';
  url.password = '';
  return url.href;
}

function passwordsIn(address: string): string[] {
  if (!URL.canParse(address)) return [];
  const { password } = new URL(address);
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // What cannot be read cannot be told either.
    return '';
  }
}
