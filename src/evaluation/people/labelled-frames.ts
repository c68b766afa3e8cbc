/** Frames whose people are known: `scenes.jsonl` beside the pictures, one line a frame, as model/detector/frames.py writes it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ChatReidError } from '../../foundation/error.ts';
import { boxInside, type PersonBox } from '../../foundation/person-box.ts';

export interface LabelledPerson {
  /** All of the person that is in the picture, as if nothing stood in front. */
  readonly box: PersonBox;
  /** Share of the person that shows, 0 to 1. */
  readonly shown: number;
}

export interface LabelledFrame {
  readonly path: string;
  readonly place: string;
  readonly width: number;
  readonly height: number;
  readonly people: readonly LabelledPerson[];
}

const edges = z.tuple([z.number(), z.number(), z.number(), z.number()]);
const line = z.object({
  file: z.string(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  place: z.string().default(''),
  people: z.array(z.object({ full: edges, shown: z.number().min(0).max(1) })),
});

/** @throws ChatReidError DATASET_INVALID */
export async function labelledFrames(folder: string): Promise<LabelledFrame[]> {
  const file = join(folder, 'scenes.jsonl');
  try {
    const lines = (await readFile(file, 'utf8')).split('\n').filter((text) => text.trim() !== '');
    return lines.map((text) => frameOf(folder, line.parse(JSON.parse(text))));
  } catch (error) {
    throw new ChatReidError(
      'DATASET_INVALID',
      `The labelled frames of ${file} cannot be read.`,
      'Give a folder that model/detector/frames.py wrote.',
      error,
    );
  }
}

function frameOf(
  folder: string,
  { file, width, height, place, people }: z.infer<typeof line>,
): LabelledFrame {
  return {
    path: join(folder, file),
    place,
    width,
    height,
    people: people.map(({ full: [left, top, right, bottom], shown }) => ({
      shown,
      box: boxInside({ left, top, right, bottom }, { width, height }),
    })),
  };
}
