/** What came over HTTP: its whole body, and its arguments in whichever of the three forms they were sent. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isObject, type Json, type JsonObject } from './json.ts';
import { Refusal } from './refusal.ts';

export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** @throws Refusal invalid_form_data, invalid_json, json_not_object */
export async function argumentsOf(request: IncomingMessage, body: Buffer): Promise<JsonObject> {
  const type = request.headers['content-type'] ?? '';
  const query = new URL(request.url ?? '/', 'http://slack.invalid').searchParams;
  if (type.startsWith('application/json')) return fromJson(String(body));
  if (type.startsWith('multipart/form-data')) {
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
    return fromFields(
      [...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    );
  }
  const form = new URLSearchParams(String(body));
  return fromFields([...query, ...form]);
}

/** The bytes of an upload: the body itself, or the one file of a form. */
export async function uploadOf(request: IncomingMessage, body: Buffer): Promise<Buffer> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return body;
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  for (const [, value] of form) {
    if (typeof value !== 'string') return Buffer.from(await value.arrayBuffer());
  }
  return Buffer.alloc(0);
}

export function answer(
  response: ServerResponse,
  status: number,
  body: JsonObject | string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(text);
}

function fromJson(text: string): JsonObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Refusal('invalid_json');
  }
  if (!isObject(parsed)) throw new Refusal('json_not_object');
  return parsed;
}

/** Lists and objects travel as JSON in a field; numbers and booleans as their text. */
function fromFields(fields: readonly (readonly string[])[]): JsonObject {
  return Object.fromEntries(fields.map(([name = '', value = '']) => [name, read(name, value)]));
}

const structured = new Set([
  'blocks',
  'attachments',
  'metadata',
  'view',
  'files',
  'prompts',
  'loading_messages',
  'file_ids',
]);
const numbers = new Set(['limit', 'length']);
const booleans = new Set([
  'include_all_metadata',
  'include_disabled',
  'include_users',
  'inclusive',
  'reply_broadcast',
  'unfurl_links',
  'unfurl_media',
  'mrkdwn',
  'link_names',
  'prevent_creation',
]);

function read(name: string, value: string): Json {
  if (numbers.has(name)) return Number(value);
  if (booleans.has(name)) return value === 'true' || value === '1';
  if (!structured.has(name)) return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    throw new Refusal(name === 'blocks' ? 'invalid_blocks_format' : 'invalid_arguments');
  }
}
