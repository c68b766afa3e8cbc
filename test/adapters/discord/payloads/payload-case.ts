/** A payload as Discord sends it, in a file, with what is to come of it. Names, ids and addresses in them are invented. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../../../src/foundation/package-root.ts';

const event = { event: z.string(), payload: z.looseObject({}) };

const reached = z.strictObject({
  user: z.string(),
  /** `here`: the channel that it came from; `thread`: one that was opened for it; `private`: of that user in that channel. */
  talk: z.enum(['here', 'thread', 'private']),
  text: z.string(),
  acts: z.array(z.looseObject({ act: z.string() })).default([]),
  /** Names of the pictures that were fetched. */
  pictures: z.array(z.string()).default([]),
});

const expected = z.union([
  /** The message that reaches the conversations. */
  z.strictObject({ reaches: reached }),
  /** Words of what whoever asked is told, `alone` or before everybody, without anything reaching the conversations. */
  z.strictObject({ told: z.string(), alone: z.boolean().default(false) }),
  /** What is offered while they type. */
  z.strictObject({ choices: z.array(z.strictObject({ name: z.string(), value: z.string() })) }),
  z.strictObject({ ignored: z.literal(true) }),
]);

const payloadCase = z.strictObject({
  about: z.string(),
  /** Events that came earlier. */
  before: z.array(z.strictObject(event)).default([]),
  ...event,
  /** What is at the address of an attachment, by its id: a picture where nothing is said. */
  files: z.record(z.string(), z.enum(['document', 'expired', 'elsewhere', 'huge'])).default({}),
  expect: expected,
});

export type PayloadCase = z.output<typeof payloadCase>;
export type FileKind = PayloadCase['files'][string];

const folder = join(packageRoot(), 'test', 'adapters', 'discord', 'payloads');

export const payloadNames: readonly string[] = (await readdir(folder))
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.slice(0, -'.json'.length))
  .sort();

export async function readPayload(name: string): Promise<PayloadCase> {
  return payloadCase.parse(JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')));
}
