/** Captions by a vision-language model: asked once a picture and question, kept on disk, resumed where it stopped. */
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Engine } from '../engine/engine.ts';
import type { Prompt } from '../engine/prompt.ts';
import { asChatReidError, ChatReidError } from '../foundation/error.ts';
import { type Picture, pictureFromFile } from '../foundation/picture.ts';
import { Roster, type TuningPicture } from './roster.ts';

export interface CaptioningOptions {
  /** A server behind the OpenAI chat API (RemoteEngine), which paces its own requests; or a local model. */
  readonly engine: Pick<Engine, 'generate'>;
  /** Part of every kept caption's key: another model says it otherwise. */
  readonly model: string;
  /** One JSON object a line: `{key, caption}`. A line that a kill cut short is passed over. */
  readonly cacheFile: string;
  /** Pictures that are under way at one time. Default 16. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Each picture is asked about in each of these ways: captions in varied syntax, from one model. */
const questions: readonly string[] = [
  'Describe the clothes, hair and belongings of the person in this picture in one sentence. Say only what can be seen.',
  'In a few short phrases, separated by commas: what does this pedestrian wear and carry?',
];

/** Words of one caption. */
const maxTokens = 80;

/**
 * @returns the roster with the captions added to its pictures
 * @throws ChatReidError REMOTE_*, CANCELLED, STORAGE_*; what was answered until then is kept
 */
export async function captionPictures(roster: Roster, options: CaptioningOptions): Promise<Roster> {
  const { concurrency = 16, signal, onProgress } = options;
  const kept = await readKept(options.cacheFile);
  const captions = new Map<TuningPicture, readonly string[]>();
  const queue = [...roster.pictures];
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let picture = queue.shift(); picture !== undefined; picture = queue.shift()) {
      signal?.throwIfAborted();
      captions.set(picture, await captionsOfOne(await pictureFromFile(picture.path), kept, options));
      onProgress?.(++done, roster.pictures.length);
    }
  };
  const workers = await Promise.allSettled(
    Array.from({ length: concurrency }, () =>
      worker().catch((error: unknown) => {
        // The others need not go on for a run that has failed.
        queue.length = 0;
        throw error;
      }),
    ),
  );
  const failed = workers.find((one) => one.status === 'rejected');
  if (failed) throw asChatReidError(failed.reason, 'captioning the pictures');
  return new Roster(
    roster.people.map((person) => ({
      ...person,
      pictures: person.pictures.map((picture) => ({
        ...picture,
        captions: [...picture.captions, ...(captions.get(picture) ?? [])],
      })),
    })),
  );
}

async function captionsOfOne(
  picture: Picture,
  kept: Map<string, string>,
  options: CaptioningOptions,
): Promise<string[]> {
  const all: string[] = [];
  for (const question of questions) {
    const key = createHash('sha256')
      .update(JSON.stringify([options.model, question, picture.id]))
      .digest('hex');
    let caption = kept.get(key);
    if (caption === undefined) {
      caption = await ask(picture, question, options);
      kept.set(key, caption);
      await keep(options.cacheFile, key, caption);
    }
    all.push(caption);
  }
  return all;
}

async function ask(
  picture: Picture,
  question: string,
  { engine, signal }: CaptioningOptions,
): Promise<string> {
  const prompt: Prompt = {
    turns: [
      {
        role: 'user',
        parts: [
          { type: 'picture', picture },
          { type: 'text', text: question },
        ],
      },
    ],
    version: 'caption-server@1',
  };
  let reply = '';
  for await (const piece of engine.generate(prompt, { maxTokens, ...(signal ? { signal } : {}) }))
    reply += piece;
  const caption = reply.replace(/\s+/g, ' ').trim();
  if (caption !== '') return caption;
  throw new ChatReidError(
    'REMOTE_PROTOCOL',
    'The captioning server answered with no words.',
    'Check that its model reads pictures; the captions so far are kept.',
  );
}

async function readKept(file: string): Promise<Map<string, string>> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw asChatReidError(error, `reading kept captions in ${file}`);
  });
  const kept = new Map<string, string>();
  for (const line of text.split('\n')) {
    try {
      const { key, caption } = JSON.parse(line) as { key?: unknown; caption?: unknown };
      if (typeof key === 'string' && typeof caption === 'string') kept.set(key, caption);
    } catch {
      // Cut short by a kill, or empty: asked again.
    }
  }
  return kept;
}

async function keep(file: string, key: string, caption: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    // A line end before it closes what a kill may have left open.
    await appendFile(file, `\n${JSON.stringify({ key, caption })}`, { mode: 0o600 });
  } catch (error) {
    throw asChatReidError(error, `keeping captions in ${file}`);
  }
}
