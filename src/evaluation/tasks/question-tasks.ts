/** The tasks that a language model is tuned for, as questions with known answers: is it right, and righter than the filter? */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Encoder } from '../../engine/encoder.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Part, Prompt } from '../../engine/prompt.ts';
import { choiceLabels, yesProbability } from '../../engine/scorer.ts';
import { ChatReidError } from '../../foundation/error.ts';
import {
  compareAttributes,
  parseAttributeReply,
  parseComparisonReply,
  type PersonAttributes,
} from '../../foundation/person-attributes.ts';
import type { Picture } from '../../foundation/picture.ts';
import type { Calibration } from '../../retrieval/calibration.ts';
import { Comparison } from '../../retrieval/comparison.ts';
import { fillPrompt, readPromptFile } from '../../retrieval/prompt-file.ts';
import type { Benchmark } from '../benchmark.ts';
import { type EmbeddedQuery, type EvaluationProgress, embedBenchmark } from '../benchmark-embedding.ts';
import { attributeLabels } from '../derived/attribute-labels.ts';
import { dataFingerprint } from '../runs/run-identity.ts';
import { evenlySpread } from '../runs/query-slice.ts';
import { type Answer, AnswerLog } from './answer-log.ts';
import { type ChoiceQuestion, choiceSizes, type PairQuestion, questionSet } from './question-set.ts';
import {
  type AttributeScore,
  attributeScores,
  type PhraseScores,
  phraseScores,
  type VerificationScores,
  verificationScores,
} from './task-scores.ts';

export interface TaskOptions {
  readonly folder: string;
  readonly encoder: Encoder;
  readonly calibration: Calibration;
  readonly engine: Engine;
  readonly cacheFolder: string;
  /** Answers are kept under it, one folder for all that decides them. */
  readonly answersFolder: string;
  /** JSON by person. Without it nothing is asked about attributes. */
  readonly attributes?: string | undefined;
  /** Queries that questions are drawn for, evenly spread. */
  readonly limit: number;
  readonly seed: number;
  readonly allowPartial: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TaskProgress) => void) | undefined;
}

export type TaskProgress =
  | EvaluationProgress
  | { readonly phase: 'asking'; readonly done: number; readonly total: number };

export interface TaskReport {
  readonly benchmark: string;
  readonly data: string;
  /** Queries with a picture that questions were drawn for, of all. */
  readonly slice: { readonly asked: number; readonly of: number };
  readonly seed: number;
  readonly gallery: number;
  readonly prompts: readonly string[];
  readonly verification: {
    readonly balanced: BesideFilter<VerificationScores>;
    readonly hard: BesideFilter<VerificationScores>;
  };
  readonly bestChoice: readonly {
    /** Candidates, as a word for tables. */
    readonly name: string;
    readonly candidates: number;
    readonly questions: number;
    readonly language: number;
    readonly filter: number;
    readonly chance: number;
  }[];
  readonly attributes?: readonly AttributeScore[];
  readonly attributeMean?: { readonly accuracy: number; readonly majority: number };
  readonly comparison?: {
    readonly pairs: number;
    readonly common: PhraseScores;
    readonly unique: PhraseScores;
  };
  readonly encoder: { readonly name: string; readonly space: string };
  readonly engine: { readonly name: string; readonly checksum: string; readonly dtype: string };
  readonly seconds: number;
  readonly run: string;
}

interface BesideFilter<Scores> {
  readonly language: Scores;
  readonly filter: Scores;
}

/** Prompts in one call: enough to keep a model busy, few enough that a kill loses little. */
const batchSize = 32;

/**
 * One-to-one verification (balanced: the wrong pair is of anybody; hard: it is the filter's best wrong answer; the filter
 * decides by its calibrated likelihood ratio), best choice among the filter's best wrong answers and one right one, and,
 * with attribute labels, attribute prediction and comparison by free replies, read as prompts/ ask for them.
 *
 * @throws ChatReidError DATASET_INVALID, ENGINE_*, REMOTE_*, EVALUATION_BUSY, CANCELLED, STORAGE_*
 */
export async function questionTasks(benchmark: Benchmark, options: TaskOptions): Promise<TaskReport> {
  const { encoder, engine, calibration, seed, signal, allowPartial } = options;
  const start = performance.now();
  const setting = benchmark.settings[0];
  const read = await benchmark.read(options.folder, { allowPartial, setting });
  const pictures = read.queries.flatMap((row) => {
    const { caption: _, ...picture } = row;
    return row.path === undefined ? [] : [picture];
  });
  if (pictures.length === 0) {
    throw new ChatReidError(
      'DATASET_INVALID',
      `${benchmark.title} has no query with a picture.`,
      'Ask questions about a data set that is looked through by pictures.',
    );
  }
  const asked = evenlySpread(pictures, options.limit);
  const labels = options.attributes === undefined ? undefined : await attributeLabels(options.attributes);
  const [description, engineDescription] = await Promise.all([encoder.describeEncoder(), engine.describe()]);
  const embedded = await embedBenchmark(
    { queries: asked, gallery: read.gallery },
    { ...options, description, textWeight: calibration.textWeight },
  );
  const questions = await questionSet(embedded, setting.protocol, { seed, signal });
  const files = await Promise.all(
    ['verify-image', 'choose-image', ...(labels ? ['attributes', 'compare'] : [])].map((name) =>
      readPromptFile(name),
    ),
  );
  const { name, checksum, dtype } = engineDescription;
  const log = await AnswerLog.open(options.answersFolder, {
    version: 1,
    benchmark: benchmark.name,
    data: dataFingerprint(embedded.queries, embedded.gallery, []),
    space: description.space,
    seed,
    language: { checksum, dtype },
    prompts: files.map((file) => createHash('sha256').update(JSON.stringify(file)).digest('hex')),
  });
  try {
    const asker = new Asker(
      engine,
      log,
      options,
      questionCount(questions, embedded.queries.length, labels !== undefined),
    );
    const verified = async (
      kind: string,
      pairs: readonly PairQuestion[],
    ): Promise<BesideFilter<VerificationScores>> => {
      const same = pairs.map((pair) => pair.same);
      const prompts = await Promise.all(
        pairs.map(async ({ query, candidate }) => (await about(query)).pairPrompt(pictureOf(candidate))),
      );
      const rows = await asker.scores(`verify ${kind}`, pairs.map(pairKey), prompts, ['Yes', 'No']);
      const ratios = pairs.map(({ score }) => calibration.logLikelihoodRatio('image', score));
      const byScore = verificationScores(ratios, same, 0);
      // A calibration is flat at its ends, where the similarity itself still tells apart.
      const auc = verificationScores(
        pairs.map(({ score }) => score),
        same,
        0,
      ).auc;
      return {
        language: verificationScores(rows.map(yesProbability), same, 0.5),
        filter: { ...byScore, auc },
      };
    };
    const verification = {
      balanced: await verified('balanced', questions.balanced),
      hard: await verified('hard', questions.hard),
    };
    const bestChoice: TaskReport['bestChoice'][number][] = [];
    for (const size of choiceSizes) {
      const all = questions.choices[size];
      if (all.length === 0 || size > engineDescription.maxChoices) continue;
      bestChoice.push(await chosen(asker, size, all));
    }
    const described = labels && (await attributeTasks(asker, embedded.queries, questions.hard, labels));
    return {
      benchmark: benchmark.name,
      data: resolve(options.folder),
      slice: { asked: asked.length, of: pictures.length },
      seed,
      gallery: embedded.gallery.length,
      prompts: files.map((file) => `${file.name}@${file.version}`),
      verification,
      bestChoice,
      ...described,
      encoder: { name: description.name, space: description.space },
      engine: { name, checksum, dtype },
      seconds: (performance.now() - start) / 1000,
      run: log.path,
    };
  } finally {
    await log.close();
  }
}

async function chosen(
  asker: Asker,
  size: (typeof choiceSizes)[number],
  all: readonly ChoiceQuestion[],
): Promise<TaskReport['bestChoice'][number]> {
  const labels = choiceLabels(size);
  const prompts = await Promise.all(
    all.map(async ({ query, candidates }) =>
      (await about(query)).groupPrompt(candidates.map(pictureOf), labels),
    ),
  );
  const rows = await asker.scores(`choose ${size}`, all.map(choiceKey), prompts, labels);
  const hits = (picked: (question: ChoiceQuestion, at: number) => readonly number[]): number =>
    all.filter((question, at) => place(picked(question, at)) === question.right).length / all.length;
  return {
    name: `${size} candidates`,
    candidates: size,
    questions: all.length,
    language: hits((_, at) => rows[at]!),
    filter: hits(({ scores }) => scores),
    chance: 1 / size,
  };
}

async function attributeTasks(
  asker: Asker,
  queries: readonly EmbeddedQuery[],
  pairs: readonly PairQuestion[],
  labels: ReadonlyMap<string, PersonAttributes>,
): Promise<Pick<TaskReport, 'attributes' | 'attributeMean' | 'comparison'>> {
  const [attributes, compare] = await Promise.all([readPromptFile('attributes'), readPromptFile('compare')]);
  const known = queries.filter(({ row }) => labels.has(row.personId));
  const twos = pairs.filter(
    ({ query, candidate, same }) =>
      !same && labels.has(query.row.personId) && labels.has(candidate.row.personId),
  );
  const slot = (picture: Picture): readonly Part[] => [{ type: 'picture', picture }];
  const replies = await asker.replies(
    'attributes',
    known.map(({ row }) => row.source),
    known.map((query) => fillPrompt(attributes, { picture: slot(queryPicture(query)) })),
  );
  const compared = await asker.replies(
    'compare',
    twos.map(pairKey),
    twos.map(({ query, candidate }) =>
      fillPrompt(compare, { first: slot(queryPicture(query)), second: slot(pictureOf(candidate)) }),
    ),
  );
  const scores = attributeScores(
    replies.map(parseAttributeReply),
    known.map(({ row }) => labels.get(row.personId)!),
  );
  const said = compared.map(parseComparisonReply);
  const wanted = twos.map(({ query, candidate }) =>
    compareAttributes(labels.get(query.row.personId)!, labels.get(candidate.row.personId)!),
  );
  const mean = (of: (score: AttributeScore) => number): number =>
    scores.reduce((sum, score) => sum + of(score), 0) / Math.max(1, scores.length);
  return {
    attributes: scores,
    attributeMean: { accuracy: mean(({ accuracy }) => accuracy), majority: mean(({ majority }) => majority) },
    comparison: {
      pairs: twos.length,
      common: phraseScores(
        said.map(({ common }) => common),
        wanted.map(({ common }) => common),
      ),
      unique: phraseScores(
        said.flatMap(({ first, second }) => [first, second]),
        wanted.flatMap(({ first, second }) => [first, second]),
      ),
    },
  };
}

/** Asks what the log does not know, in batches, each kept as soon as it is answered. */
class Asker {
  #done = 0;

  constructor(
    private readonly engine: Engine,
    private readonly log: AnswerLog,
    private readonly options: TaskOptions,
    private readonly total: number,
  ) {}

  scores(
    task: string,
    keys: readonly string[],
    prompts: readonly Prompt[],
    answers: readonly string[],
  ): Promise<number[][]> {
    const { signal } = this.options;
    return this.#ask(task, keys, prompts, (batch) =>
      this.engine.score(batch, answers, signal ? { signal } : {}),
    ) as Promise<number[][]>;
  }

  replies(task: string, keys: readonly string[], prompts: readonly Prompt[]): Promise<string[]> {
    const { signal } = this.options;
    return this.#ask(task, keys, prompts, async (batch) => {
      const said: string[] = [];
      for (const prompt of batch) {
        let reply = '';
        for await (const piece of this.engine.generate(prompt, {
          maxTokens: 160,
          ...(signal ? { signal } : {}),
        })) {
          reply += piece;
        }
        said.push(reply);
      }
      return said;
    }) as Promise<string[]>;
  }

  async #ask(
    task: string,
    keys: readonly string[],
    prompts: readonly Prompt[],
    answered: (batch: readonly Prompt[]) => Promise<readonly Answer[]>,
  ): Promise<Answer[]> {
    const { signal, onProgress } = this.options;
    const open = keys.flatMap((key, at) => (this.log.get(`${task} ${key}`) === undefined ? [at] : []));
    this.#done += keys.length - open.length;
    for (let first = 0; first < open.length; first += batchSize) {
      signal?.throwIfAborted();
      const batch = open.slice(first, first + batchSize);
      const answers = await answered(batch.map((at) => prompts[at]!));
      await this.log.append(batch.map((at, i) => [`${task} ${keys[at]}`, answers[i]!]));
      this.#done += batch.length;
      onProgress?.({ phase: 'asking', done: this.#done, total: this.total });
    }
    return keys.map((key) => this.log.get(`${task} ${key}`)!);
  }
}

function questionCount(
  { balanced, hard, choices }: Awaited<ReturnType<typeof questionSet>>,
  queries: number,
  attributes: boolean,
): number {
  const chosen = choiceSizes.reduce((sum, size) => sum + choices[size].length, 0);
  return balanced.length + hard.length + chosen + (attributes ? queries + hard.length / 2 : 0);
}

function about(query: EmbeddedQuery): Promise<Comparison> {
  return Comparison.of('image', { pictures: [queryPicture(query)], words: '', negatives: [] });
}

function queryPicture({ pictureId, row }: EmbeddedQuery): Picture {
  return { id: pictureId!, path: row.path! };
}

function pictureOf({ pictureId, row }: PairQuestion['candidate']): Picture {
  return { id: pictureId, path: row.path };
}

function pairKey({ query, candidate }: PairQuestion): string {
  return `${query.row.source} ${candidate.row.source}`;
}

function choiceKey({ query, candidates }: ChoiceQuestion): string {
  return [query, ...candidates].map(({ row }) => row.source).join(' ');
}

/** Of the largest; the first of equals. */
function place(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}
