/** Who asks, before anybody has signed in: an address. */
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import { webPrefix } from './web-user.ts';

/** @returns '' for a request that came over no connection */
export function addressOf(context: Context): string {
  const { incoming } = (context.env ?? {}) as { incoming?: unknown };
  return incoming === undefined ? '' : (getConnInfo(context).remote.address ?? '');
}

/** `web:203.0.113.9` */
export function visitorOf(context: Context): string {
  return webPrefix + addressOf(context);
}
