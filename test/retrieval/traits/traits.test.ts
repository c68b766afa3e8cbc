/** Probabilities of attributes, the evidence in what was said, and what a question is worth. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { AttributeName, Trait } from '../../../src/foundation/person-attributes.ts';
import { packageRoot } from '../../../src/foundation/package-root.ts';
import { AttributeProbes } from '../../../src/retrieval/traits/attribute-probes.ts';
import { allQuestions, bestQuestion, openQuestions } from '../../../src/retrieval/traits/question-choice.ts';
import { questionGain, rightShares } from '../../../src/retrieval/traits/question-gain.ts';
import {
  afterAnswers,
  evidenceBound,
  priorsOf,
  tellableTraits,
  traitWeigher,
} from '../../../src/retrieval/traits/trait-evidence.ts';
import { plainTrait, traitPhrase } from '../../../src/retrieval/traits/trait-words.ts';
import { knownProbes, probeNumbers, seen } from '../../support/known-probes.ts';

const trait = (name: AttributeName, value: string, present = true): Trait => ({ name, value, present });
const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

describe('words of traits', () => {
  test.each([
    [trait('hat', 'yes', false), 'no hat'],
    [trait('hat', 'no'), 'no hat'],
    [trait('hat', 'no', false), 'hat'],
    [trait('top', 'navy'), 'blue top'],
    [trait('top', 'black', false), 'no black top'],
    [trait('gender', 'man', false), 'not a man'],
    [trait('age', 'elderly', false), 'not elderly'],
    [trait('age', 'adult', false), 'not an adult'],
    [trait('hair', 'long', false), 'no long hair'],
  ])('%j is "%s"', (said, phrase) => {
    expect(traitPhrase(said)).toBe(phrase);
  });

  test('a grey top is a gray one', () => {
    expect(plainTrait(trait('top', ' Grey '))).toEqual(trait('top', 'gray'));
  });
});

describe('probes', () => {
  test('probabilities sum to 1 and follow the embedding', () => {
    const person = seen(true, false, 'blue');
    const top = knownProbes.distribution(person, 'top');
    expect(top.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1);
    expect(top[1]).toBeGreaterThan(0.98);
    expect(knownProbes.distribution(person, 'hat')[1]).toBeCloseTo(1 / (1 + Math.exp(-5)));
    expect(knownProbes.distribution(person, 'gender')).toEqual([]);
    expect(knownProbes.names).toEqual(['hat', 'top', 'backpack']);
  });

  test('the shipped ones fit the shipped filter', async () => {
    const probes = await AttributeProbes.read(join(packageRoot(), 'model', 'chatreid-tiny'));
    expect(probes?.names).toHaveLength(11);
    expect(probes?.dimension).toBe(384);
  });

  test('a folder without them has none; others are refused', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chatreid-probes-'));
    folders.push(folder);
    expect(await AttributeProbes.read(folder)).toBeUndefined();
    const text = JSON.stringify(probeNumbers);
    await writeFile(join(folder, 'attributes.json'), text);
    const manifest = (checksums: object) =>
      writeFile(
        join(folder, 'chatreid.json'),
        JSON.stringify({ checksums, filter: { image: { file: 'a.onnx' } } }),
      );
    const checksum = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    await manifest({ 'a.onnx': 'sha256:0', 'attributes.json': checksum });
    expect((await AttributeProbes.read(folder))?.dimension).toBe(5);
    await manifest({ 'a.onnx': 'sha256:1', 'attributes.json': checksum });
    await expect(AttributeProbes.read(folder)).rejects.toMatchObject({ code: 'MODEL_DAMAGED' });
    await manifest({ 'a.onnx': 'sha256:0', 'attributes.json': 'sha256:2' });
    await expect(AttributeProbes.read(folder)).rejects.toMatchObject({ code: 'MODEL_DAMAGED' });
    await writeFile(join(folder, 'attributes.json'), text.replace('"rows":["', '"rows":["AAAA'));
    await manifest({});
    await expect(AttributeProbes.read(folder)).rejects.toMatchObject({ code: 'MODEL_DAMAGED' });
  });
});

describe('evidence', () => {
  const gallery = [seen(true, true, 'red'), seen(false, false, 'blue'), seen(false, true, 'blue')];
  const priors = priorsOf(knownProbes, gallery);
  const evidenceOf = (vector: Float32Array, said: readonly Trait[], weight = 1): number =>
    traitWeigher(
      knownProbes,
      tellableTraits(knownProbes, said),
      priors,
      weight,
    )((name) => knownProbes.distribution(vector, name));

  test('a denial speaks for those without the thing, the rare thing speaks louder than the common one', () => {
    const [hatted, bare] = gallery as [Float32Array, Float32Array];
    const no = [trait('hat', 'yes', false)];
    expect(evidenceOf(bare, no)).toBeGreaterThan(0);
    expect(evidenceOf(hatted, no)).toBeLessThan(-1);
    const red = evidenceOf(hatted, [trait('top', 'red')]);
    expect(red).toBeGreaterThan(evidenceOf(bare, [trait('top', 'blue')]));
    expect(evidenceOf(hatted, [trait('top', 'red')], 0.5)).toBeCloseTo(red / 2);
  });

  test('two denials of one attribute are one fact: blue is what is left of red, blue and other', () => {
    const values = ['red', 'blue', 'other'];
    const said = [trait('top', 'red', false), trait('top', 'other', false)];
    expect(afterAnswers(values, [0.4, 0.2, 0.4], said, 0)).toEqual([0, 1, 0]);
    const [, blue] = afterAnswers(values, [0.4, 0.2, 0.4], said, 0.1);
    expect(blue).toBeCloseTo((0.2 * 0.81) / (0.2 * 0.81 + 0.8 * 0.09));
  });

  test('one slip of the witness rules nobody out, and what cannot be told weighs nothing', () => {
    const [hatted] = gallery as [Float32Array];
    const all = [trait('hat', 'no'), trait('backpack', 'no'), trait('top', 'blue')];
    expect(evidenceOf(hatted, all)).toBeGreaterThanOrEqual(-3 * evidenceBound);
    expect(evidenceOf(hatted, [trait('gender', 'man'), trait('top', 'tartan')])).toBe(0);
  });

  test('what was said last holds', () => {
    expect(tellableTraits(knownProbes, [trait('top', 'red'), trait('top', 'red', false)])).toEqual([
      trait('top', 'red', false),
    ]);
  });
});

describe('questions', () => {
  const sure = { errorRate: 0, unknownRate: 0 };

  test('gain: a sure halving is one bit, errors and not knowing take from it, an unsure picture tells nothing', () => {
    expect(questionGain([0.5, 0.5], [1, 0], sure)).toBeCloseTo(1);
    expect(questionGain([0.5, 0.5], [1, 0], { errorRate: 0, unknownRate: 0.25 })).toBeCloseTo(0.75);
    expect(questionGain([0.5, 0.5], [1, 0], { errorRate: 0.11, unknownRate: 0 })).toBeCloseTo(0.5, 2);
    expect(questionGain([0.5, 0.5], [0.5, 0.5], sure)).toBe(0);
    expect(questionGain([1, 0], [1, 0], sure)).toBe(0);
  });

  test('shares go by odds: a likely look-alike is no rival to a certain first one', () => {
    const [first, second] = rightShares([0.999, 0.7]) as [number, number];
    expect(first + second).toBeCloseTo(1);
    expect(second).toBeLessThan(0.01);
    expect(rightShares([0, 0])).toEqual([0.5, 0.5]);
    expect(rightShares([1, 1])).toEqual([0.5, 0.5]);
  });

  test('each thing is asked once, colours without a word never', () => {
    expect(allQuestions(knownProbes).map(({ id }) => id)).toEqual(['hat', 'top=red', 'top=blue', 'backpack']);
  });

  test('nothing that was asked or is known', () => {
    const ids = (asked: readonly string[], known: readonly Trait[]) =>
      openQuestions(knownProbes, asked, known).map(({ id }) => id);
    expect(ids(['hat'], [])).toEqual(['top=red', 'top=blue', 'backpack']);
    expect(ids([], [trait('top', 'red')])).toEqual(['hat', 'backpack']);
    expect(ids([], [trait('top', 'red', false)])).toEqual(['hat', 'top=blue', 'backpack']);
    expect(ids([], [trait('hat', 'no')])).toEqual(['top=red', 'top=blue', 'backpack']);
  });

  test('the best splits the likely candidates, not all of them', () => {
    const people = [
      seen(true, true, 'red'),
      seen(true, false, 'red'),
      seen(false, true, 'blue'),
      seen(false, true, 'blue'),
    ];
    const best = (weights: readonly number[]) =>
      bestQuestion(
        knownProbes,
        weights,
        (at, name) => knownProbes.distribution(people[at]!, name),
        openQuestions(knownProbes, [], []),
        [],
      )?.id;
    expect(best([0.25, 0.25, 0.25, 0.25])).toBe('hat');
    expect(best([0.5, 0.5, 0, 0])).toBe('backpack');
  });
});
