/** The weights of the fusion into chatreid.json, beside what is there, whole or not at all. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { asChatReidError, ChatReidError } from '../../foundation/error.ts';
import type { FusionNumbers } from '../../retrieval/fusion.ts';

const record = z.record(z.string(), z.unknown());

/**
 * Only `language.calibration` of the measured kinds of query changes. Checksums stay as they are: they are of the model's
 * other files, and chatreid.json is not among them.
 *
 * @returns path of the file
 * @throws ChatReidError MODEL_DAMAGED where chatreid.json is no JSON object, STORAGE_DENIED, STORAGE_FULL
 */
export async function saveFusion(modelFolder: string, measured: FusionNumbers): Promise<string> {
  const path = join(modelFolder, 'chatreid.json');
  const part = `${path}.${process.pid}.part`;
  const before = await readWhole(path);
  const language = record.safeParse(before.language).data ?? {};
  const calibration = record.safeParse(language.calibration).data ?? {};
  const after = {
    ...before,
    language: { ...language, calibration: { ...calibration, ...measured } },
  };
  try {
    await writeFile(part, `${JSON.stringify(after, undefined, 1)}\n`);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    throw asChatReidError(error, `writing ${path}`);
  }
  return path;
}

async function readWhole(path: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    // Weights of others come without one.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { format: 1 };
    throw asChatReidError(error, `reading ${path}`);
  }
  try {
    return record.parse(JSON.parse(text));
  } catch (error) {
    throw new ChatReidError(
      'MODEL_DAMAGED',
      `${path} is not a JSON object, and is left as it is.`,
      'Restore the model folder, then calibrate again.',
      error,
    );
  }
}
