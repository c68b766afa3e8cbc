/** Fetches a picture that a platform keeps: from the platform's own hosts alone, limited in size and time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ChatReidError } from '../src/foundation/error.ts';

export interface DownloadOptions {
  /** Where a picture may be, and where it may be redirected to: `files.slack.com`, `*.slack.com` (that name itself is not meant). */
  readonly hosts: readonly string[];
  /** Sent to the first address' origin alone: a redirect to another one goes without them, whatever they are. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly maxBytes: number;
  /** Milliseconds for everything: redirects and second tries included. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

const mostRedirects = 5;
const mostTries = 3;
const retryMs = 250;
const passing: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
/** Machines of this one alone: only where a test lists them. They may speak http, on any port. */
const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * @throws ChatReidError REQUEST_REFUSED: the address, or one that it leads to, is none of the platform's; UPLOAD_TOO_LARGE;
 *   PICTURE_UNREACHABLE: nobody answers there in time, or no picture is given out; CANCELLED by the signal
 */
export async function downloadPicture(url: string, options: DownloadOptions): Promise<Uint8Array> {
  const first = addressAmong(url, options.hosts);
  const time = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal ? AbortSignal.any([time, options.signal]) : time;
  const until = Date.now() + options.timeoutMs;
  try {
    for (let tries = 1; ; tries++) {
      try {
        return await fetched(first, options, signal);
      } catch (error) {
        const waitMs = waitAfter(error, tries);
        if (waitMs === undefined || signal.aborted || Date.now() + waitMs >= until) throw error;
        await sleep(waitMs, undefined, { signal });
      }
    }
  } catch (error) {
    throw told(error, first.hostname, options.signal, time);
  }
}

async function fetched(first: URL, options: DownloadOptions, signal: AbortSignal): Promise<Uint8Array> {
  let address = first;
  for (let hops = 0; hops <= mostRedirects; hops++) {
    const headers = address.origin === first.origin ? options.headers : undefined;
    const response = await fetch(address, { redirect: 'manual', signal, ...(headers ? { headers } : {}) });
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel();
      address = addressAmong(location, options.hosts, address);
      continue;
    }
    if (response.ok) return limited(response, options.maxBytes);
    await response.body?.cancel();
    throw new NotGiven(response.status, Number(response.headers.get('retry-after') ?? Number.NaN));
  }
  throw unreachable(first.hostname, 'leads in circles');
}

/** Length headers may lie: what comes is counted. */
async function limited(response: Response, maxBytes: number): Promise<Uint8Array> {
  const said = Number(response.headers.get('content-length') ?? 0);
  const parts: Uint8Array[] = [];
  let length = 0;
  if (said <= maxBytes) {
    for await (const part of response.body ?? []) {
      length += part.length;
      if (length > maxBytes) break;
      parts.push(part);
    }
    if (length <= maxBytes) return Buffer.concat(parts, length);
  }
  // Leaving the loop has cancelled the rest; a body that was never begun is cancelled here.
  if (!response.bodyUsed) await response.body?.cancel();
  throw new ChatReidError(
    'UPLOAD_TOO_LARGE',
    `The picture is larger than ${Math.floor(maxBytes / 1024 / 1024)} MB.`,
    'Send a smaller one.',
  );
}

/**
 * An address that is the platform's: encrypted, at one of these hosts. What number a name leads to is not looked at: a name that
 * somebody has made to lead into this network has no certificate for it there.
 *
 * @param base what a redirect is relative to
 * @throws ChatReidError REQUEST_REFUSED
 */
export function addressAmong(url: string, hosts: readonly string[], base?: URL): URL {
  const address = URL.canParse(url, base?.href) ? new URL(url, base) : undefined;
  if (address === undefined) throw refused('The address of the picture cannot be read.');
  const { hostname, protocol, port, username, password } = address;
  // Names of hosts are data: one line, and not a page of them.
  const host = hostname.slice(0, 100);
  if (username !== '' || password !== '') throw refused('The address of the picture holds a password.');
  if (!hosts.some((pattern) => matches(hostname, pattern))) {
    throw refused(
      `The picture is at ${host || 'an address without a host'}, which is none of the platform's.`,
    );
  }
  const local = loopback.has(hostname);
  if (protocol !== 'https:' && !(local && protocol === 'http:')) {
    throw refused(`The picture is at ${host} without encryption.`);
  }
  if (port !== '' && !local) throw refused(`The picture is at an unusual port of ${host}.`);
  return address;
}

/** A number never matches a `*.` pattern, whose rest is a name. */
function matches(hostname: string, pattern: string): boolean {
  return pattern.startsWith('*.') ? hostname.endsWith(pattern.slice(1)) : hostname === pattern;
}

/** What the platform answered in place of a picture. */
class NotGiven extends Error {
  constructor(
    readonly status: number,
    /** Seconds; NaN where it does not say. */
    readonly retryAfter: number,
  ) {
    super(`status ${status}`);
  }
}

/** @returns undefined where another try would be no better */
function waitAfter(error: unknown, tries: number): number | undefined {
  if (tries >= mostTries || error instanceof ChatReidError) return undefined;
  const usual = retryMs * 2 ** (tries - 1);
  if (!(error instanceof NotGiven)) return usual;
  if (!passing.has(error.status)) return undefined;
  return Number.isFinite(error.retryAfter) ? Math.max(usual, error.retryAfter * 1000) : usual;
}

/** Only the host is named: the rest of an address may be a key to it. */
function told(error: unknown, host: string, signal: AbortSignal | undefined, time: AbortSignal): unknown {
  if (error instanceof ChatReidError) return error;
  if (signal?.aborted) {
    return new ChatReidError(
      'CANCELLED',
      'Cancelled while fetching a picture.',
      'Ask again when you are ready.',
    );
  }
  if (time.aborted) return unreachable(host, 'took too long to give it out');
  if (!(error instanceof NotGiven)) return unreachable(host, 'cannot be reached');
  const { status } = error;
  if (status === 401 || status === 403) return unreachable(host, `does not give it out (${status})`);
  if (status === 404 || status === 410) return unreachable(host, 'has it no more');
  return unreachable(host, `answers with status ${status}`);
}

function unreachable(host: string, why: string): ChatReidError {
  return new ChatReidError(
    'PICTURE_UNREACHABLE',
    `The picture could not be fetched: ${host} ${why}.`,
    'Send the picture again.',
  );
}

function refused(message: string): ChatReidError {
  return new ChatReidError('REQUEST_REFUSED', message, 'Send the picture itself, as a file.');
}
