/** The simulated witness benchmark: how soon a talk finds its person, by the product's questions, random ones and none. */
import type { Encoder } from '../../engine/encoder.ts';
import type { Trait } from '../../foundation/person-attributes.ts';
import type { Calibration } from '../../retrieval/calibration.ts';
import type { AttributeProbes } from '../../retrieval/traits/attribute-probes.ts';
import type { WitnessModel } from '../../retrieval/traits/trait-evidence.ts';
import type { QueryRow } from '../benchmark.ts';
import { embedBenchmark, type EvaluationProgress } from '../benchmark-embedding.ts';
import { clueSentence, type Fact, factsOf } from '../derived/clue.ts';
import { MersenneTwister } from '../random/mersenne-twister.ts';
import { scoreBlocks } from '../similarity.ts';
import type { DialogueData, SoughtPerson } from './dialogue-data.ts';
import { type DialogueScores, dialogueScores, type PersonTalks } from './dialogue-scores.ts';
import { policies, simulatedTalk, TalkSearch, type TalkStart } from './simulated-talk.ts';
import { SoughtGallery } from './sought-gallery.ts';
import { SimulatedWitness } from './witness.ts';

/** What a talk begins with: one or two attributes in words, or the query picture. */
export const startKinds = ['clue', 'photo'] as const;
export type StartKind = (typeof startKinds)[number];

export interface DialogueEvaluationOptions {
  readonly encoder: Encoder;
  readonly calibration: Calibration;
  readonly probes: AttributeProbes;
  readonly cacheFolder: string;
  readonly starts: readonly StartKind[];
  /** Questions of a talk, at most; 1 or more. */
  readonly rounds: number;
  readonly witness: WitnessModel;
  /** Talks of each person that ask at random: their mean is what the policy is compared with. */
  readonly repeats: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
}

export interface DialogueReport {
  readonly data: string;
  readonly people: number;
  readonly gallery: number;
  readonly filter: string;
  readonly rounds: number;
  readonly witness: WitnessModel;
  readonly repeats: number;
  readonly seed: number;
  readonly starts: readonly (DialogueScores & { readonly start: StartKind })[];
}

/** @throws ChatReidError as `embedBenchmark`, CANCELLED by the caller's signal */
export async function evaluateDialogue(
  data: DialogueData,
  options: DialogueEvaluationOptions,
): Promise<DialogueReport> {
  const { encoder, calibration, probes, cacheFolder, signal, onProgress } = options;
  const description = await encoder.describeEncoder();
  const starts = options.starts.map((start) => ({
    start,
    asked: startsOf(data.people, start, options.seed),
  }));
  const embedded = await embedBenchmark(
    { queries: starts.flatMap(({ asked }) => asked.map(({ row }) => row)), gallery: data.gallery },
    {
      encoder,
      description,
      cacheFolder,
      textWeight: calibration.textWeight,
      allowPartial: false,
      signal,
      onProgress,
    },
  );
  const gallery = new SoughtGallery(probes, data.gallery, embedded.galleryVectors);
  const rowsOf = new Map<string, number[]>();
  for (const [row, { personId }] of data.gallery.entries()) {
    rowsOf.set(personId, [...(rowsOf.get(personId) ?? []), row]);
  }
  const all = starts.flatMap(({ start, asked }) => asked.map((one) => ({ start, ...one })));
  const talks = new Map<StartKind, PersonTalks[]>(options.starts.map((start) => [start, []]));
  for await (const { first, rows } of scoreBlocks(embedded.queryVectors, embedded.galleryVectors, {
    signal,
  })) {
    for (const [at, scores] of rows.entries()) {
      const { start, person, number, known } = all[first + at]!;
      const own = rowsOf.get(person.personId) ?? [];
      const camera = person.picture.cameraId;
      const ignored =
        start === 'clue' || camera === undefined
          ? []
          : own.filter((row) => data.gallery[row]!.cameraId === camera);
      const right = new Set(own.filter((row) => !ignored.includes(row)));
      // Seen by the photo's own camera alone: nothing to find, as in every protocol.
      if (right.size === 0) continue;
      const kind = start === 'clue' ? 'text' : 'image';
      talks
        .get(start)!
        .push(personTalks({ kind, scores, ignored, right, known }, person, number, gallery, options));
    }
    onProgress?.({ phase: 'scoring', done: first + rows.length, total: all.length });
  }
  return {
    data: data.title,
    people: data.people.length,
    gallery: data.gallery.length,
    filter: description.name,
    rounds: options.rounds,
    witness: options.witness,
    repeats: options.repeats,
    seed: options.seed,
    starts: options.starts.map((start) => ({
      start,
      ...dialogueScores(talks.get(start)!, options.rounds, options.seed),
    })),
  };
}

function personTalks(
  start: TalkStart,
  { personId, attributes }: SoughtPerson,
  number: number,
  gallery: SoughtGallery,
  { calibration, rounds, witness: model, repeats, seed }: DialogueEvaluationOptions,
): PersonTalks {
  const search = new TalkSearch(gallery, calibration, start);
  const talks = policies.map((policy) => {
    const count = policy === 'random' ? repeats : 1;
    const done = Array.from({ length: count }, (_, repeat) => {
      const witness = new SimulatedWitness(attributes, model, [seed, number]);
      const dice = MersenneTwister.ofWords([seed, number, repeat]);
      return simulatedTalk(search, witness, policy, rounds, dice);
    });
    return [policy, done] as const;
  });
  return { personId, talks: new Map(talks) };
}

interface Asked {
  readonly person: SoughtPerson;
  /** Of the person, for the dice. */
  readonly number: number;
  readonly row: QueryRow;
  readonly known: readonly Trait[];
}

function startsOf(people: readonly SoughtPerson[], start: StartKind, seed: number): Asked[] {
  const common = commonFacts(people);
  return people.flatMap((person, number): Asked[] => {
    const { personId, picture, attributes } = person;
    if (start === 'photo') return [{ person, number, row: picture, known: [] }];
    const facts = factsOf(attributes).filter(
      ([name, value]) => value !== 'no' && !common.has(`${name}=${value}`),
    );
    if (facts.length === 0) return [];
    const dice = MersenneTwister.ofWords([seed, number, 1501]);
    const draw = (below: number): number => Math.floor(dice.nextFraction() * below);
    const wanted = 1 + draw(2);
    const told: Fact[] = [];
    while (told.length < wanted && facts.length > 0) told.push(...facts.splice(draw(facts.length), 1));
    const row = { source: `${picture.source} in words`, personId, caption: clueSentence(told) };
    const known = told.map(([name, value]): Trait => ({ name, value, present: true }));
    return [{ person, number, row, known }];
  });
}

/** What more than half of all people have tells nobody apart: no witness begins with it. */
function commonFacts(people: readonly SoughtPerson[]): Set<string> {
  const counts = new Map<string, number>();
  for (const { attributes } of people) {
    for (const fact of factsOf(attributes)) {
      const key = fact.join('=');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return new Set([...counts].filter(([, count]) => count > people.length / 2).map(([key]) => key));
}
