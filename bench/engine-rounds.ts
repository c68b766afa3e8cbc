/** Times the modes against each other, round by round, so that whatever else the machine does meets all of them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Prompt } from '../src/engine/prompt.ts';
import { closeModes, type Mode, type ModeName, openModes } from './engine-modes.ts';
import { type TurnName, type TurnPrompts, turnNames, turnsOver } from './engine-turns.ts';
import { flops, type QwenSizes } from './flops.ts';
import type { PictureSize } from './synthetic-pictures.ts';

export interface EngineRounds {
  readonly model: string;
  readonly size: PictureSize;
  readonly modes: readonly ModeName[];
  /** Candidates of a call. */
  readonly candidates: number;
  /** How many of them the modes that go one by one are timed on. */
  readonly sample: number;
  readonly rounds: number;
  /** Called once in every round of every turn, among the modes. */
  readonly between?: () => Promise<void>;
}

export interface TimedMode {
  readonly turn: TurnName;
  readonly mode: ModeName;
  /** Candidates scored per second, one number a round. */
  readonly rates: number[];
  /** Useful operations a second, one number a round; none for groups, whose prompts are not of one shape. */
  readonly flopRates: number[];
  /** Milliseconds of processor time a candidate, all threads together, one number a round. */
  readonly processorMs: number[];
  /** Tokens through the decoder, a candidate. */
  tokens: number;
  /** Vision tokens computed, a candidate. */
  visionTokens: number;
}

/** Log-probabilities of one mode and of another may differ by this much: float32 sums in another order. */
const tolerance = 1e-3;

/**
 * Each turn is first asked once by every mode, untimed, which fills the caches as an earlier turn does. Then in every
 * round something new is asked about the same candidates, by every mode, beginning with another one each time.
 *
 * @throws Error when a mode does not give the answers of the naive one: a wrong answer has no speed
 */
export async function timeModes(options: EngineRounds): Promise<TimedMode[]> {
  const { model, size, candidates, sample, rounds, between } = options;
  const sizes = JSON.parse(await readFile(join(model, 'config.json'), 'utf8')) as QwenSizes;
  const opened = await openModes(model);
  const modes = opened.filter(({ name }) => options.modes.includes(name));
  try {
    const turns = await turnsOver(candidates, size);
    const timed: TimedMode[] = [];
    for (const turn of turnNames) {
      const rows = modes.map(
        ({ name }): TimedMode => ({
          turn,
          mode: name,
          rates: [],
          flopRates: [],
          processorMs: [],
          tokens: 0,
          visionTokens: 0,
        }),
      );
      timed.push(...rows);
      const asked = await turns.prompts(turn, 0);
      const promptTokens = await tokensOfPrompt(modes, asked.pairs);
      for (const mode of modes) await mode.score(scored(mode, asked, sample));
      for (let round = 1; round <= rounds; round++) {
        const prompts = await turns.prompts(turn, round);
        const answers = new Map<ModeName, number[][]>();
        for (let i = 0; i < modes.length; i++) {
          const at = (i + round) % modes.length;
          const mode = modes[at] as Mode;
          const row = rows[at] as TimedMode;
          const some = scored(mode, prompts, sample);
          const scoredCandidates = mode.together ? candidates : some.length;
          const before = await mode.engine.stats();
          const processor = process.cpuUsage();
          const start = performance.now();
          const scores = await mode.score(some);
          const seconds = (performance.now() - start) / 1000;
          const { user, system } = process.cpuUsage(processor);
          const after = await mode.engine.stats();
          if (mode.about === 'pairs') answers.set(mode.name, scores);
          const tokens = after.tokens - before.tokens;
          const visionTokens = after.pictureTokens - before.pictureTokens;
          const work = {
            prompts: some.length,
            promptTokens,
            tokens,
            visionTokens,
            pictureTokens: pictureTokens(size),
          };
          row.rates.push(scoredCandidates / seconds);
          row.processorMs.push((user + system) / 1000 / scoredCandidates);
          if (mode.about === 'pairs') row.flopRates.push(flops(sizes, work) / seconds);
          row.tokens = tokens / scoredCandidates;
          row.visionTokens = visionTokens / scoredCandidates;
        }
        compare(answers);
        await between?.();
      }
    }
    return timed;
  } finally {
    await closeModes(opened);
  }
}

function scored(mode: Mode, prompts: TurnPrompts, sample: number): readonly Prompt[] {
  const some = prompts[mode.about];
  return mode.together ? some : some.slice(0, sample);
}

/** As Qwen2-VL rounds: sides to multiples of 28 pixels, one token for each 28 x 28. */
function pictureTokens({ width, height }: PictureSize): number {
  return Math.round(width / 28) * Math.round(height / 28);
}

async function tokensOfPrompt(modes: readonly Mode[], prompts: readonly Prompt[]): Promise<number> {
  const naive = modes.find(({ name }) => name === 'naive');
  if (naive === undefined) throw new Error('Everything is compared with the naive mode: time it too.');
  const before = await naive.engine.stats();
  await naive.score(prompts.slice(0, 1));
  return (await naive.engine.stats()).tokens - before.tokens;
}

function compare(answers: ReadonlyMap<ModeName, number[][]>): void {
  const expected = answers.get('naive') ?? [];
  for (const [mode, rows] of answers) {
    expected.forEach((row, i) => {
      row.forEach((value, j) => {
        const other = rows[i]?.[j] ?? Number.NaN;
        if (!(Math.abs(other - value) <= tolerance)) {
          throw new Error(`Candidate ${i}: naive says ${value}, "${mode}" says ${other}.`);
        }
      });
    });
  }
}
