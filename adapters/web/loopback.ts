/** Which addresses reach only this machine, and which names a request may be addressed to. */

import { isIP } from 'node:net';
import { hostname } from 'node:os';

export function isLoopback(host: string): boolean {
  const name = bare(host);
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}

/**
 * DNS rebinding makes a stranger's page speak to this server under the stranger's own NAME. So names are held to those known
 * to be ours; a number cannot be rebound.
 *
 * @param header of the request: `127.0.0.1:8765`
 * @param bound what the server listens on
 */
export function isOwnHost(header: string | undefined, bound: string): boolean {
  const name = hostOf(header);
  if (name === undefined) return false;
  if (isLoopback(name)) return true;
  if (isLoopback(bound)) return false;
  return isIP(name) !== 0 || name === bare(bound) || name === hostname().toLowerCase();
}

function hostOf(header: string | undefined): string | undefined {
  if (!header || !URL.canParse(`http://${header}`)) return undefined;
  return bare(new URL(`http://${header}`).hostname);
}

const bare = (host: string): string => host.toLowerCase().replace(/^\[|\]$/g, '');
