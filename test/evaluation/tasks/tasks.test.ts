/** Questions with known answers: who knows them all is right in all of them, who knows nothing is where chance is. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { GenerateOptions, RunOptions } from '../../../src/engine/engine.ts';
import type { Prompt } from '../../../src/engine/prompt.ts';
import {
  areaUnderCurve,
  attributeScores,
  phraseScores,
  verificationScores,
} from '../../../src/evaluation/tasks/task-scores.ts';
import type { TaskReport } from '../../../src/evaluation/tasks/question-tasks.ts';
import {
  attributeReply,
  compareAttributes,
  comparisonReply,
  type PersonAttributes,
} from '../../../src/foundation/person-attributes.ts';
import { drawDistractors, drawMarket } from '../datasets/drawn-market.ts';
import { CountingEngine, EvaluateFolder, type Failed } from '../evaluate-harness.ts';

const folder = new EvaluateFolder();
const { at, evaluate, json } = folder;

const labels: Record<string, PersonAttributes> = Object.fromEntries(
  Array.from({ length: 8 }, (_, i) => [
    String(i + 1).padStart(4, '0'),
    { gender: i < 6 ? 'man' : 'woman', top: i % 2 === 0 ? 'red' : 'blue', hat: i === 0 ? 'yes' : 'no' },
  ]),
);

let argv: string[];
beforeAll(async () => {
  await drawMarket(at('market'));
  await drawDistractors(at('market'), 12);
  await folder.write('labels.json', JSON.stringify(labels));
  argv = [
    'tasks',
    'market1501',
    '--data',
    at('market'),
    '--allow-partial',
    '--attributes',
    at('labels.json'),
  ];
});

/** Reads the answer off the pictures' names. */
class Knowing extends CountingEngine {
  generated = 0;

  override async score(
    prompts: readonly Prompt[],
    answers: readonly string[],
    options?: RunOptions,
  ): Promise<number[][]> {
    await super.score(prompts, answers, options);
    return prompts.map((prompt) => {
      const people = peopleIn(prompt);
      const query = people.pop();
      if (answers[0] === 'Yes') return people[0] === query ? [-0.1, -3] : [-3, -0.1];
      return answers.map((_, at) => (people[at] === query ? -0.1 : -5));
    });
  }

  override async *generate(prompt: Prompt, _options?: GenerateOptions): AsyncGenerator<string> {
    this.generated++;
    const [first, second] = peopleIn(prompt).map((person) => labels[person]!);
    const reply =
      second === undefined ? attributeReply(first!) : comparisonReply(compareAttributes(first!, second));
    // In pieces, as a model says it.
    for (const piece of reply.match(/.{1,7}/gs) ?? []) yield piece;
  }
}

function peopleIn({ turns }: Prompt): string[] {
  return turns
    .flatMap(({ parts }) => parts)
    .flatMap((part) =>
      part.type === 'picture' && 'path' in part.picture ? [/(\d{4}|-1)_c/.exec(part.picture.path)![1]!] : [],
    );
}

describe('chatreid evaluate tasks', () => {
  it('gives full marks to who knows the answers, with the filter and chance beside', async () => {
    const report = await json<TaskReport>([...argv, '--limit', '24'], { engine: new Knowing() });
    expect(report).toMatchObject({ benchmark: 'market1501', slice: { asked: 24, of: 25 }, seed: 0 });
    for (const kind of ['balanced', 'hard'] as const) {
      const { language, filter } = report.verification[kind];
      expect(language).toMatchObject({ accuracy: 1, auc: 1 });
      expect(filter.pairs).toBe(language.pairs);
      expect(filter.auc).toBeGreaterThan(0);
    }
    // The wrong pair is the filter's best wrong answer: it tells these apart worse than anybody's.
    expect(report.verification.hard.filter.auc).toBeLessThan(report.verification.balanced.filter.auc);
    expect(
      report.bestChoice.map(({ candidates, language, chance }) => [candidates, language, chance]),
    ).toEqual([
      [5, 1, 0.2],
      [10, 1, 0.1],
      [20, 1, 0.05],
    ]);
    const filters = report.bestChoice.map(({ filter }) => filter);
    expect(filters).toEqual([...filters].sort((a, b) => b - a));
    expect(report.attributes!.map(({ name, accuracy }) => [name, accuracy])).toEqual([
      ['gender', 1],
      ['hat', 1],
      ['top', 1],
    ]);
    expect(report.attributes![0]!.majority).toBeGreaterThanOrEqual(0.5);
    expect(report.comparison).toMatchObject({ common: { f1: 1 }, unique: { f1: 1 } });
    expect(report.prompts).toEqual(['verify-image@1', 'choose-image@1', 'attributes@1', 'compare@1']);
  });

  it('asks again only what was not answered: a stopped run ends as one that was never stopped', async () => {
    const whole = await json<TaskReport>([...argv, '--seed', '5'], { engine: new Knowing() });
    const again = new Knowing();
    const kept = await json<TaskReport>([...argv, '--seed', '5'], { engine: again });
    expect([again.asked, again.generated]).toEqual([0, 0]);
    expect({ ...kept, seconds: 0 }).toEqual({ ...whole, seconds: 0, exitCode: 0 });

    const abort = new AbortController();
    const stopped = new (class extends Knowing {
      override async score(...args: Parameters<Knowing['score']>) {
        const rows = await super.score(...args);
        if (this.asked >= 64) abort.abort();
        return rows;
      }
    })();
    const { exitCode } = await evaluate([...argv, '--seed', '6'], { engine: stopped, signal: abort.signal });
    expect(exitCode).toBe(130);
    const rest = new Knowing();
    const resumed = await json<TaskReport>([...argv, '--seed', '6'], { engine: rest });
    const fresh = await json<TaskReport>([...argv, '--seed', '6'], {
      engine: new Knowing(),
      env: { CHATREID_HOME: at('another-home') },
    });
    expect({ ...resumed, seconds: 0, run: '' }).toEqual({ ...fresh, seconds: 0, run: '' });
    expect(rest.asked).toBeGreaterThan(0);
    const all = resumed.verification.balanced.language.pairs + resumed.verification.hard.language.pairs;
    expect(rest.asked).toBeLessThan(
      all + resumed.bestChoice.reduce((sum, { questions }) => sum + questions, 0),
    );
  });

  it('tells people in tables, and leaves attributes out where nobody knows them', async () => {
    const { stdout, exitCode } = await evaluate(argv.slice(0, -2), { engine: new Knowing() });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^balanced +\d+ +100\.0 +100\.0/m);
    expect(stdout).toMatch(/^10 candidates +\d+ +100\.0/m);
    expect(stdout).not.toContain('attribute');
  });

  it('refuses what it cannot ask about, and to ask nobody', async () => {
    const nobody = await json<Failed>(argv);
    expect(nobody.error.code).toBe('ENGINE_CANNOT');
    const { error } = await json<Failed>(['tasks', 'nothing', '--data', at('market')], {
      engine: new Knowing(),
    });
    expect(error.message).toBe('No questions are drawn from "nothing".');
  });
});

describe('scores', () => {
  it('counts a tie for a half', () => {
    expect(areaUnderCurve([3, 2, 1], [true, true, false])).toBe(1);
    expect(areaUnderCurve([1, 2], [true, false])).toBe(0);
    expect(areaUnderCurve([2, 2, 1], [true, false, false])).toBe(0.75);
    expect(areaUnderCurve([1, 1], [true, true])).toBe(0.5);
    expect(verificationScores([0.9, 0.6, 0.2], [true, false, false], 0.5)).toMatchObject({
      accuracy: 2 / 3,
      auc: 1,
    });
  });

  it('takes what is not named for absent where it is a thing, and for wrong else', () => {
    const wanted = [
      { gender: 'man', hat: 'no' },
      { gender: 'woman', hat: 'yes' },
      { gender: 'man', hat: 'no' },
    ];
    expect(
      attributeScores([{}, { gender: 'woman', hat: 'yes' }, { gender: 'woman', hat: 'yes' }], wanted),
    ).toEqual([
      { name: 'gender', pictures: 3, accuracy: 1 / 3, majority: 2 / 3 },
      { name: 'hat', pictures: 3, accuracy: 2 / 3, majority: 2 / 3 },
    ]);
  });

  it('weighs all phrases alike', () => {
    const scores = phraseScores(
      [{ top: 'red', hat: 'yes' }, {}],
      [{ top: 'red', bag: 'no' }, { gender: 'man' }],
    );
    expect(scores).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5 });
    expect(phraseScores([{}], [{}])).toEqual({ precision: 0, recall: 0, f1: 0 });
  });
});
