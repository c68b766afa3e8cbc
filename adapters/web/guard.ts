/** What every request must pass: addressed to us, from our own page, signed in; and what browsers are told about the answer. */
import type { Context, MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { Refusals } from '../refusal.ts';
import { invalid, refused, tooMuch } from './json-error.ts';
import { isOwnHost } from './loopback.ts';
import { type SignIn, signInNeeded } from './sign-in.ts';
import { visitorOf } from './visitor.ts';
import type { WebEnv } from './web-user.ts';

/** Nothing from elsewhere, nothing inline, nothing evaluated. */
export function browserRules(): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'blob:'],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      requireTrustedTypesFor: ["'script'"],
      trustedTypes: ["'none'"],
    },
    crossOriginResourcePolicy: 'same-origin',
    crossOriginOpenerPolicy: 'same-origin',
    referrerPolicy: 'no-referrer',
    strictTransportSecurity: false,
    xFrameOptions: 'DENY',
    permissionsPolicy: { camera: ['self'], microphone: [], geolocation: [] },
  });
}

/** Against DNS rebinding. @throws ChatReidError REQUEST_REFUSED */
export function ownHostOnly(bound: string, refusals: Refusals): MiddlewareHandler {
  return async (context, next) => {
    if (!isOwnHost(context.req.header('host'), bound)) {
      refusals.add(visitorOf(context), 'other host');
      throw refused(
        'This address is not the server’s own.',
        'Open the address that was printed at the start.',
      );
    }
    await next();
  };
}

/**
 * Against requests that other pages make in the user's browser: they cannot send the header without asking first, and the
 * browser says where they come from.
 *
 * @throws ChatReidError REQUEST_REFUSED
 */
export function ownPageOnly(refusals: Refusals): MiddlewareHandler {
  return async (context, next) => {
    const reading = context.req.method === 'GET' || context.req.method === 'HEAD';
    if (isForeign(context) || (!reading && context.req.header('x-chatreid') === undefined)) {
      refusals.add(visitorOf(context), 'other page');
      throw refused('Another page asked for this.', 'Use the page of this server itself.');
    }
    await next();
  };
}

function isForeign(context: Context): boolean {
  const { host, origin, 'sec-fetch-site': site } = context.req.header();
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}

/** @throws ChatReidError SIGN_IN_NEEDED */
export function signedInOnly(signIn: SignIn, refusals: Refusals): MiddlewareHandler<WebEnv> {
  return async (context, next) => {
    const user = signIn.user(context);
    if (!user) {
      refusals.add(visitorOf(context), 'not signed in');
      throw signInNeeded();
    }
    context.set('user', user);
    await next();
  };
}

/**
 * Refuses what is too long before it is read. Node holds a body to the length that was stated; one whose length nobody states
 * would have to be read to be measured, and no browser sends a form so.
 *
 * @throws ChatReidError UPLOAD_TOO_LARGE, REQUEST_INVALID
 */
export function statedLength(most: number): MiddlewareHandler {
  return async (context, next) => {
    if (context.req.header('transfer-encoding') !== undefined)
      throw invalid('The length of this request is not stated.');
    if (Number(context.req.header('content-length') ?? 0) > most) {
      const size = most < 1048576 ? `${most / 1024} kB` : `${most / 1048576} MB`;
      throw tooMuch(`A request may bring ${size} at most.`);
    }
    await next();
  };
}
