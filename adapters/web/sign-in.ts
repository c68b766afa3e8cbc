/** The token that anybody needs who is not on this machine, and the cookie that stands for it afterwards. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { ChatReidError } from '../../src/foundation/error.ts';

const cookieName = 'chatreid';
const signedInSeconds = 12 * 60 * 60;
const triesPerMinute = 10;
const keptAddresses = 10_000;

export class SignIn {
  /** Wrong tokens of this minute, by who gave them: nobody can lock out somebody else. */
  readonly #failures = new Map<string, number>();
  #minute = 0;

  /** @param token undefined where everybody who can reach the server may use it */
  constructor(
    private readonly token: string | undefined,
    private readonly now: () => number = Date.now,
  ) {}

  get needed(): boolean {
    return this.token !== undefined;
  }

  isSignedIn(context: Context): boolean {
    if (this.token === undefined) return true;
    const [until = '', seal = ''] = (getCookie(context, cookieName) ?? '').split('.');
    return same(seal, this.#seal(until)) && Number(until) > this.now();
  }

  /** @throws ChatReidError SIGN_IN_NEEDED */
  signIn(context: Context, given: string): void {
    this.#countMinute();
    const address = remoteAddress(context);
    if ((this.#failures.get(address) ?? 0) >= triesPerMinute)
      throw refusal('Too many wrong tokens.', 'Wait a minute, then try again.');
    if (this.token !== undefined && !same(given, this.token)) {
      this.#countFailure(address);
      throw refusal('This is not the token.', 'It is printed where the server was started.');
    }
    const until = String(this.now() + signedInSeconds * 1000);
    setCookie(context, cookieName, `${until}.${this.#seal(until)}`, {
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
      maxAge: signedInSeconds,
    });
  }

  #seal(until: string): string {
    return createHmac('sha256', this.token ?? '')
      .update(`signed in until ${until}`)
      .digest('hex');
  }

  #countMinute(): void {
    const minute = Math.floor(this.now() / 60_000);
    if (minute !== this.#minute) this.#failures.clear();
    this.#minute = minute;
  }

  #countFailure(address: string): void {
    this.#failures.set(address, (this.#failures.get(address) ?? 0) + 1);
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > keptAddresses && oldest !== undefined) this.#failures.delete(oldest);
  }
}

export function signInNeeded(): ChatReidError {
  return refusal('You are not signed in.', 'Open the page and give the token.');
}

/** @returns '' for a request that came over no connection */
function remoteAddress(context: Context): string {
  const { incoming } = (context.env ?? {}) as { incoming?: unknown };
  return incoming === undefined ? '' : (getConnInfo(context).remote.address ?? '');
}

function refusal(message: string, next: string): ChatReidError {
  return new ChatReidError('SIGN_IN_NEEDED', message, next);
}

/** In a time that says nothing about how much of it is right, not even its length. */
function same(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
