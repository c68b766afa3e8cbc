/** The tokens that let people in who are not on this machine, and the cookie that stands for one afterwards. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { ChatReidError } from '../../src/foundation/error.ts';
import type { Refusals } from '../refusal.ts';
import { addressOf, visitorOf } from './visitor.ts';
import { localUser, userOfToken, type WebToken, type WebUser } from './web-user.ts';

const cookieName = 'chatreid';
const signedInSeconds = 12 * 60 * 60;
const triesPerMinute = 10;
const keptAddresses = 10_000;

export class SignIn {
  /** Wrong tokens of this minute, by who gave them: nobody can lock out somebody else. */
  readonly #failures = new Map<string, number>();
  #minute = 0;

  /** @param tokens none where everybody who can reach the server may use it */
  constructor(
    private readonly tokens: readonly WebToken[],
    private readonly refusals?: Refusals,
    private readonly now: () => number = Date.now,
  ) {}

  get needed(): boolean {
    return this.tokens.length > 0;
  }

  /** @returns undefined for who is not signed in */
  user(context: Context): WebUser | undefined {
    if (!this.needed) return localUser;
    const [until = '', name = '', seal = ''] = (getCookie(context, cookieName) ?? '').split('.');
    const token = this.tokens.find((one) => (one.name ?? '') === name);
    if (!token || !same(seal, sealOf(token, until)) || !(Number(until) > this.now())) return undefined;
    return userOfToken(token.name);
  }

  /** @throws ChatReidError SIGN_IN_NEEDED */
  signIn(context: Context, given: string): void {
    if (!this.needed) return;
    this.#countMinute();
    const address = addressOf(context);
    if ((this.#failures.get(address) ?? 0) >= triesPerMinute) {
      this.refusals?.add(visitorOf(context), 'too many tries');
      throw refusal('Too many wrong tokens.', 'Wait a minute, then try again.');
    }
    // All of them, so that the time does not say which.
    const [token] = this.tokens.filter(({ secret }) => same(given, secret));
    if (!token) {
      this.#countFailure(address);
      this.refusals?.add(visitorOf(context), 'wrong token');
      throw refusal('This is not the token.', 'Whoever runs the server can give you one.');
    }
    const until = String(this.now() + signedInSeconds * 1000);
    setCookie(context, cookieName, `${until}.${token.name ?? ''}.${sealOf(token, until)}`, {
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
      maxAge: signedInSeconds,
    });
  }

  signOut(context: Context): void {
    deleteCookie(context, cookieName, { path: '/' });
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

/** With another secret, whoever signed in with the old one is out. */
function sealOf({ name = '', secret }: WebToken, until: string): string {
  return createHmac('sha256', secret).update(`signed in as ${name} until ${until}`).digest('hex');
}

function refusal(message: string, next: string): ChatReidError {
  return new ChatReidError('SIGN_IN_NEEDED', message, next);
}

/** In a time that says nothing about how much of it is right, not even its length. */
function same(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
