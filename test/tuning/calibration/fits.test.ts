/** The fits find the weights that drew the data, and say what they are worth on people they have not seen. */
import { describe, expect, test } from 'vitest';
import { choiceAccuracy, fitChoice } from '../../../src/tuning/calibration/choice-fit.ts';
import { fitFusion } from '../../../src/tuning/calibration/fit-fusion.ts';
import { areaUnderCurve, fitLogistic, logLoss } from '../../../src/tuning/calibration/logistic.ts';
import { Draws } from '../../../src/tuning/draws.ts';

const draws = Draws.of(7, 'fits');
const normal = (): number =>
  Math.sqrt(-2 * Math.log(1 - draws.fraction())) * Math.cos(2 * Math.PI * draws.fraction());

describe('logistic regression', () => {
  test('of two Gaussians finds their log-likelihood ratio, however many of each there are', () => {
    // N(1, 1) against N(-1, 1) and N(0.5, 1) against N(-0.5, 1): ratios 2x and x, no constant.
    const sample = (positive: boolean) => {
      const sign = positive ? 1 : -1;
      return { features: [sign + normal(), sign / 2 + normal()], positive };
    };
    const samples = [
      ...Array.from({ length: 2000 }, () => sample(true)),
      ...Array.from({ length: 12_000 }, () => sample(false)),
    ];
    const { weights, bias } = fitLogistic(samples, 1e-6);
    expect(weights[0]).toBeCloseTo(2, 0);
    expect(weights[1]).toBeCloseTo(1, 0);
    expect(Math.abs(bias)).toBeLessThan(0.15);
  });

  test('classes apart without a mistake leave the weights finite', () => {
    const samples = [-2, -1, 1, 2].map((x) => ({ features: [x, 0], positive: x > 0 }));
    for (const value of fitLogistic(samples).weights) expect(Number.isFinite(value)).toBe(true);
    expect(fitLogistic(samples).weights[0]).toBeGreaterThan(0);
  });

  test('AUC counts ties half; log loss of knowing nothing is log 2', () => {
    expect(areaUnderCurve([1, 2, 2, 3], [false, false, true, true])).toBe(0.875);
    expect(areaUnderCurve([1, 1, 1], [false, true, true])).toBe(0.5);
    expect(logLoss([0, 0, 0], [true, false, false])).toBeCloseTo(Math.log(2), 12);
  });
});

const listOf = (person: string, filter: number, language: number) => {
  const candidates = Array.from({ length: 8 }, () => ({ ratio: 2 * normal(), strength: 2 * normal() }));
  // Gumbel noise makes a choice by a conditional logit.
  const worth = candidates.map(
    ({ ratio, strength }) =>
      filter * ratio + language * strength - Math.log(-Math.log(draws.fraction() || 0.5)),
  );
  const right = worth.indexOf(Math.max(...worth));
  return { person, candidates: candidates.map((one, at) => ({ ...one, right: at === right })) };
};

test('the conditional logit finds the weights that chose', () => {
  const lists = Array.from({ length: 1500 }, (_, at) => listOf(`p${at}`, 0.5, 1));
  const fitted = fitChoice(lists);
  expect(fitted.filter).toBeCloseTo(0.5, 0);
  expect(Math.abs(fitted.filter - 0.5)).toBeLessThan(0.1);
  expect(Math.abs(fitted.language - 1)).toBeLessThan(0.15);
  const alone = { filter: 0, language: 1 };
  expect(choiceAccuracy(lists, fitted)).toBeGreaterThan(choiceAccuracy(lists, alone));
});

test('a judge that is worse than chance is left out, in pairs and in choices', () => {
  const lists = Array.from({ length: 300 }, (_, at) => listOf(`p${at}`, 1, -1));
  expect(fitChoice(lists)).toMatchObject({ language: 0 });
  const pairs = Array.from({ length: 400 }, (_, at) => {
    const same = at % 2 === 0;
    const sign = same ? 1 : -1;
    return { person: `p${at % 81}`, same, ratio: sign + normal(), logit: -sign + normal() };
  });
  const { numbers } = fitFusion({ pairs, lists, shortlisted: { same: 1, different: 1 } });
  expect(numbers.pair.language).toBe(0);
  expect(numbers.pair.filter).toBeGreaterThan(0);
});

test('both together beat each alone, and what only a shortlist was asked about is reckoned in', () => {
  const pairs = Array.from({ length: 2000 }, (_, at) => {
    const same = at % 4 === 0;
    const sign = same ? 1 : -1;
    return { person: `p${at % 81}`, same, ratio: sign + normal(), logit: sign + normal() };
  });
  const lists = Array.from({ length: 162 }, (_, at) => listOf(`p${at % 81}`, 1, 1));
  const whole = fitFusion({ pairs, lists, shortlisted: { same: 1, different: 1 } });
  expect(whole.both.auc).toBeGreaterThan(Math.max(whole.filter.auc, whole.language.auc));
  expect(whole.both.logLoss).toBeLessThan(Math.min(whole.filter.logLoss, whole.language.logLoss));
  expect(whole.numbers).toMatchObject({ pairs: 2000, people: 81 });
  const selected = fitFusion({ pairs, lists, shortlisted: { same: 0.9, different: 0.09 } });
  expect(selected.numbers.pair.bias - whole.numbers.pair.bias).toBeCloseTo(Math.log(10), 4);

  const few = pairs.map((pair, at) => ({ ...pair, person: `p${at % 25}` }));
  const { numbers } = fitFusion({
    pairs: few,
    lists: lists.slice(0, 25),
    shortlisted: { same: 0.9, different: 0.09 },
  });
  expect(numbers.pair).toEqual({ filter: 1, language: 0, bias: 0 });
  expect(numbers.choice).toEqual({ filter: 1, language: 0 });
});

test('an answer that helps only the people it was fitted on weighs nothing', () => {
  const noise = Draws.of(3, 'noise');
  const pairs = Array.from({ length: 840 }, (_, at) => {
    const same = at % 4 === 0;
    // Within a person the answers say something, from person to person the opposite.
    const turned = at % 10 < 6 ? 1 : -1;
    const logit = 2 * turned * (same ? 1 : -1) + (noise.fraction() - 0.5);
    return { person: `p${at % 70}`, same, ratio: (same ? 1 : -1) + 2 * (noise.fraction() - 0.5), logit };
  });
  const lists = Array.from({ length: 140 }, (_, at) => listOf(`p${at % 70}`, 1, 1));
  const fit = fitFusion({ pairs, lists, shortlisted: { same: 1, different: 1 } });
  expect(fit.both.logLoss).toBeGreaterThan(fit.filter.logLoss);
  expect(fit.numbers.pair.language).toBe(0);
  expect(fit.numbers.pair.filter).toBeGreaterThan(0);
});
