/** One line of train.jsonl: a dialogue with pictures, as ms-swift, LLaMA-Factory and model/hpt/training read it. */
import type { Part, Prompt } from '../engine/prompt.ts';

export const tasks = [
  'caption',
  'image-one-to-one',
  'image-many-to-many',
  'text-one-to-one',
  'text-many-to-one',
  'text-one-to-many',
  'attribute-comparison',
  'attribute-prediction',
  'best-choice',
  'attribute-retrieval',
  'mixed-retrieval',
] as const;

export type Task = (typeof tasks)[number];
export type Stage = 1 | 2 | 3;

export interface Message {
  readonly role: 'user' | 'assistant';
  /** `<image>` stands where a picture stands. */
  readonly content: string;
}

export interface TuningRecord {
  readonly messages: readonly Message[];
  /** As many as there are `<image>` in the messages, in their order. */
  readonly images: readonly string[];
  readonly task: Task;
  readonly stage: Stage;
  readonly id: string;
}

/** A question with its answer, before it is words. */
export interface Exchange {
  readonly prompt: Prompt;
  readonly reply: string;
  /** What the statistics count, where the task has it. */
  readonly answers?: number;
  /** Pictures to choose from. */
  readonly gallery?: number;
  /** Descriptions to choose from. */
  readonly descriptions?: number;
  readonly positive?: boolean;
  readonly canonical: boolean;
}

/** What stands for a picture in a message. */
export const pictureMark = '<image>';

/**
 * A mark or a control token in somebody's words would become a picture or end the turn: `<image>` is written `< image>`,
 * `<|im_end|>` is written `< |im_end|>`. Readers of the file take the rest as plain text.
 */
export function withoutMarks(words: string): string {
  return words.replace(/<(?=[a-z/|])/gi, '< ');
}

/** One record of the exchanges of a dialogue, the pictures in the order of their marks. */
export function recordOf(
  exchanges: readonly Exchange[],
  { task, stage, id }: Pick<TuningRecord, 'task' | 'stage' | 'id'>,
): TuningRecord {
  const images: string[] = [];
  const write = (part: Part): string => {
    if (part.type === 'keep') return '';
    if (part.type === 'text') return withoutMarks(part.text);
    if (!('path' in part.picture)) throw new Error('a tuning picture is a file');
    images.push(part.picture.path);
    return pictureMark;
  };
  const messages = exchanges.flatMap(({ prompt, reply }): Message[] => [
    ...prompt.turns.map(({ parts }) => ({ role: 'user' as const, content: parts.map(write).join('') })),
    { role: 'assistant', content: withoutMarks(reply) },
  ]);
  return { messages, images, task, stage, id };
}
