/** One call of the REST interface: JSON, or a form with `payload_json` and `files[n]`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { invalidForm, refusals } from './api-error.ts';
import type { SentFile } from './attachments.ts';

export interface Call {
  readonly method: string;
  /** Without `/api/v10`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Whether the bot's token came with it. */
  readonly authorized: boolean;
  readonly body: unknown;
  readonly files: ReadonlyMap<number, SentFile>;
}

export interface Answer {
  /** 200 with a body and 204 without, where it is not given. */
  readonly status?: number;
  readonly body?: unknown;
}

export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** @throws ApiError 50109, 50035 */
export async function readBody(
  bytes: Buffer,
  contentType: string,
): Promise<{ body: unknown; files: ReadonlyMap<number, SentFile> }> {
  const files = new Map<number, SentFile>();
  if (bytes.length === 0) return { body: undefined, files };
  if (contentType.startsWith('application/json')) return { body: json(bytes.toString('utf8')), files };
  if (!contentType.startsWith('multipart/form-data'))
    throw invalidForm([
      { path: [], code: 'CONTENT_TYPE_INVALID', message: `Expected JSON, not ${contentType}` },
    ]);
  const form = await new Response(new Uint8Array(bytes), {
    headers: { 'content-type': contentType },
  }).formData();
  let body: unknown;
  for (const [name, value] of form) {
    const number = /^files\[(\d+)\]$/.exec(name)?.[1];
    if (name === 'payload_json' && typeof value === 'string') body = json(value);
    else if (number !== undefined && typeof value !== 'string')
      files.set(Number(number), {
        name: value.name,
        bytes: new Uint8Array(await value.arrayBuffer()),
        ...(value.type !== '' && { contentType: value.type }),
      });
    else
      throw invalidForm([{ path: [name], code: 'BASE_TYPE_INVALID', message: 'Unknown part of the form' }]);
  }
  return { body, files };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const bytes = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...headers,
  });
  response.end(bytes);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refusals.invalidJson();
  }
}
