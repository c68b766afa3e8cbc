/** The ways of scoring candidates that are compared: every cache by itself, all of them, none. */
import { OnnxEngine } from '../src/engine/onnx-engine.ts';
import type { Prompt } from '../src/engine/prompt.ts';
import { choiceLabels } from '../src/engine/scorer.ts';

export const modeNames = [
  'naive',
  'features only',
  'prefixes only',
  'batching only',
  'all',
  'best choice',
] as const;
export type ModeName = (typeof modeNames)[number];

export interface Mode {
  readonly name: ModeName;
  readonly engine: OnnxEngine;
  /** Whether candidates are scored together. One by one, a few of them give the rate of any number. */
  readonly together: boolean;
  /** What it is asked: a prompt a candidate, or one for a group of them. */
  readonly about: 'pairs' | 'groups';
  /** One row of log-probabilities a prompt: of Yes and No, or of the labels of the group. */
  score(prompts: readonly Prompt[]): Promise<number[][]>;
}

const answers = ['Yes', 'No'];
/** Candidates of one best-choice prompt, as the retrieval takes them. */
export const groupSize = 10;
/** A cache of no bytes keeps nothing. Features are never kept on disk here. */
const off = 0;

/**
 * - naive: a prompt at a time, all pictures of each prompt computed for it.
 * - features only: a prompt at a time, features of pictures kept.
 * - prefixes only: a prompt at a time, keys kept up to the mark of the prompt, no features kept: what lies behind the mark
 *   is computed for each.
 * - batching only: all prompts in one call, nothing kept between calls. Within the call what prompts share is computed
 *   once: the query picture, and the system prompt.
 * - all: all prompts in one call, features and keys kept.
 * - best choice: as all, but another question: which of these ten? It orders candidates, and gives no confidence.
 *
 * Modes that keep no keys get prompts without the marks for keeping them.
 */
export async function openModes(model: string): Promise<Mode[]> {
  const open = (memory: { features?: number; prefixes?: number }) =>
    OnnxEngine.open({ model, device: 'cpu', memory });
  const all = await open({});
  const features = await open({ prefixes: off });
  const prefixes = await open({ features: off });
  const none = await open({ features: off, prefixes: off });
  const oneByOne = async (engine: OnnxEngine, prompts: readonly Prompt[]) => {
    const rows: number[][] = [];
    for (const prompt of prompts) rows.push(...(await engine.score([prompt], answers)));
    return rows;
  };
  return [
    {
      name: 'naive',
      about: 'pairs',
      engine: all,
      together: false,
      score: (prompts) => all.score(prompts, answers, { naive: true }),
    },
    {
      name: 'features only',
      about: 'pairs',
      engine: features,
      together: false,
      score: (prompts) => oneByOne(features, prompts.map(withoutMarks)),
    },
    {
      name: 'prefixes only',
      about: 'pairs',
      engine: prefixes,
      together: false,
      score: (prompts) => oneByOne(prefixes, prompts),
    },
    {
      name: 'batching only',
      about: 'pairs',
      engine: none,
      together: true,
      score: (prompts) => none.score(prompts.map(withoutMarks), answers),
    },
    {
      name: 'all',
      about: 'pairs',
      engine: all,
      together: true,
      score: (prompts) => all.score(prompts, answers),
    },
    {
      name: 'best choice',
      about: 'groups',
      engine: all,
      together: true,
      score: (prompts) => all.score(prompts, choiceLabels(groupSize)),
    },
  ];
}

export async function closeModes(modes: readonly Mode[]): Promise<void> {
  for (const engine of new Set(modes.map((mode) => mode.engine))) await engine.close();
}

function withoutMarks(prompt: Prompt): Prompt {
  const turns = prompt.turns.map(({ role, parts }) => ({
    role,
    parts: parts.filter(({ type }) => type !== 'keep'),
  }));
  return { ...prompt, turns };
}
