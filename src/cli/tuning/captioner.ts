/** A captioning server for `tune data`, where one is named. */
import { join } from 'node:path';
import { ChatReidError } from '../../foundation/error.ts';
import type { Roster } from '../../tuning/roster.ts';
import type { Work } from '../shell.ts';

export interface CaptionerOptions {
  readonly captionServer?: string;
  readonly captionModel?: string;
}

/** @returns undefined where no server is named. @throws ChatReidError OPTION_INVALID for a server without a model */
export function captioner(
  { settings, signal }: Work,
  { captionServer, captionModel }: CaptionerOptions,
  onProgress: (done: number, total: number) => void,
): ((roster: Roster) => Promise<Roster>) | undefined {
  if (captionServer === undefined) return undefined;
  if (captionModel === undefined) {
    throw new ChatReidError(
      'OPTION_INVALID',
      '--caption-server is given without --caption-model.',
      'Name the model that captions, for example --caption-model Qwen/Qwen2-VL-7B-Instruct.',
    );
  }
  return async (roster) => {
    const [{ captionPictures }, { RemoteEngine }] = await Promise.all([
      import('../../tuning/caption-server.ts'),
      import('../../engine/remote/remote-engine.ts'),
    ]);
    // The key is the one of the environment's server: CHATREID_ENGINE_KEY.
    const key = settings.remote?.key;
    const engine = new RemoteEngine({ server: captionServer, model: captionModel, ...(key ? { key } : {}) });
    try {
      return await captionPictures(roster, {
        engine,
        model: captionModel,
        cacheFile: join(settings.home.cache, 'tuning', 'captions.jsonl'),
        signal,
        onProgress,
      });
    } finally {
      await engine.close();
    }
  };
}
