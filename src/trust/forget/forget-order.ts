/** An order to forget, as it lies on the disk until it is done, and after: hashes, and what is left to do. */
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ChatReidError } from '../../foundation/error.ts';

const pictureId = z.string().regex(/^[0-9a-f]{64}$/);

const fingerprint = z.object({
  kind: z.enum(['picture id', 'picture bytes', 'embedding', 'features', 'person id', 'file name']),
  picture: z.int().min(0).optional(),
  length: z.int().min(8),
  anchor: z.int().min(0),
  start: z.int().min(0),
  mac: z.string(),
});

/** A post of ours on a platform that showed one of the pictures, by the message that it answers. */
const post = z.object({ conversation: z.string(), message: z.string() });

const counts = z.object({
  /** Entries of galleries. */
  entries: z.int(),
  uploads: z.int(),
  /** Documents of talks that were changed or removed. */
  talks: z.int(),
  posts: z.int(),
  audit: z.int(),
});

export const forgetOrder = z.object({
  version: z.literal(1),
  id: z.uuid(),
  /** ISO 8601 in UTC. */
  made: z.string(),
  why: z.enum(['person', 'picture', 'age', 'retention', 'talk']),
  by: z.object({ platform: z.string(), user: z.string().optional() }),
  /** Of these nothing is left. */
  pictures: z.array(pictureId),
  /** Pictures that leave one gallery and stay in another. */
  elsewhere: z.array(z.object({ gallery: z.string(), pictures: z.array(pictureId) })),
  /** Talks that were used last before this go as a whole: ISO 8601 in UTC. */
  talksBefore: z.string().optional(),
  /** Keyed hash of the person's id. */
  person: z.string().optional(),
  /** Key of all hashes in it. */
  salt: z.string(),
  /** Key of what takes the place of ids in talks; thrown away when the order is done, so that nobody can tell whose place it is. */
  placeKey: z.string().optional(),
  /** Pieces of what is removed, to be looked for. */
  marks: z.array(fingerprint),
  /** Names, to be looked for and taken out; thrown away when the order is done: a name can be guessed from its hash. */
  words: z.array(fingerprint),
  /** Keyed hashes of names that are whole values, short ones too; as `words`. */
  values: z.array(z.string()),
  /** What is still to be taken back on platforms. */
  posts: z.array(post),
  /** When nothing was left on this machine. */
  removed: z.string().optional(),
  /** When nothing was left to do. */
  finished: z.string().optional(),
  counts,
});

type Read = z.infer<typeof forgetOrder>;

export interface ForgetOrder extends Readonly<Omit<Read, 'by'>> {
  readonly by: { readonly platform: string; readonly user?: string };
}
export type WithdrawnPost = Readonly<z.infer<typeof post>>;
export type ForgetCounts = Readonly<z.infer<typeof counts>>;

export const noCounts: ForgetCounts = { entries: 0, uploads: 0, talks: 0, posts: 0, audit: 0 };

type Asked = Pick<ForgetOrder, 'why' | 'by' | 'pictures' | 'elsewhere'> &
  Partial<Pick<ForgetOrder, 'talksBefore'>>;

/** @param person id of the person, where it is one that is forgotten */
export function newOrder(asked: Asked, now: Date, person?: string): ForgetOrder {
  const salt = randomBytes(16).toString('hex');
  return {
    version: 1,
    id: randomUUID(),
    made: now.toISOString(),
    ...asked,
    ...(person === undefined ? {} : { person: keyedHash(salt, person) }),
    salt,
    placeKey: randomBytes(16).toString('hex'),
    marks: [],
    words: [],
    values: [],
    posts: [],
    counts: noCounts,
  };
}

export function keyedHash(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex').slice(0, 32);
}

/** As it is kept when nothing is left to do. */
export function finishedOrder(order: ForgetOrder, now: Date): ForgetOrder {
  const { placeKey: _, ...rest } = withoutNames(order);
  return { ...rest, posts: [], finished: now.toISOString() };
}

/** When no process has anything of it in memory any more. */
export function withoutNames(order: ForgetOrder): ForgetOrder {
  return { ...order, words: [], values: [] };
}

/** @throws ChatReidError INTERNAL for what is none */
export function readOrder(text: string, path: string): ForgetOrder {
  try {
    return forgetOrder.parse(JSON.parse(text)) as ForgetOrder;
  } catch (error) {
    throw new ChatReidError(
      'INTERNAL',
      `The order to forget in ${path} cannot be read.`,
      'Give the order again with chatreid forget, then remove this file.',
      error,
    );
  }
}
