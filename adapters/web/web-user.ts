/** Who uses the page: somebody at this machine, whoever knows the one token, or a person with a token of their own. */
import type { Asker } from '../../src/conversation/asker.ts';

export interface WebUser {
  /** `web:local`, `web:token`, `web:alice`. */
  readonly user: string;
  /** What the policy knows them by: `user` alone. */
  readonly marks: readonly string[];
  /** What the names of their talks begin with: `web:`, `web:alice/`. */
  readonly prefix: string;
}

/** What the guards leave for the routes. */
export interface WebEnv {
  Variables: { readonly user: WebUser };
}

/** A secret that lets somebody in, at least {@link shortestToken} characters. */
export interface WebToken {
  /** Whose it is; absent for the one that everybody shares. */
  readonly name?: string;
  readonly secret: string;
}

export const webPrefix = 'web:';
export const shortestToken = 16;
/**
 * `local` and `token` are what those without a name are called; a variable that ends with _FILE names the file of another one's
 * secret.
 */
export const tokenName = /^(?!local$|token$|(?:.*-)?file$)[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** Where there is no token: everybody who can reach the server, which listens on this machine alone. */
export const localUser: WebUser = userNamed('local', webPrefix);

/** @param name of a token; undefined for the one that everybody shares */
export function userOfToken(name: string | undefined): WebUser {
  return name === undefined ? userNamed('token', webPrefix) : userNamed(name, prefixOf(name));
}

/** @param name of a token; undefined for everybody who has none of their own */
export function prefixOf(name: string | undefined): string {
  return name === undefined ? webPrefix : `${webPrefix}${name}/`;
}

/** @param conversation the talk that they have in front of them */
export function askerOf({ user, marks }: WebUser, conversation?: string): Asker {
  return { user, marks, ...(conversation === undefined ? {} : { conversation }) };
}

function userNamed(name: string, prefix: string): WebUser {
  const user = webPrefix + name;
  return { user, marks: [user], prefix };
}
