/** Calibrating a language model behind the filter on held-out people: who they are, what is asked, what is kept. */
import { ChatReidError } from '../../foundation/error.ts';
import type { FusionNumbers } from '../../retrieval/fusion.ts';
import type { QueryKind } from '../../retrieval/query.ts';
import { loadRoster, type Source } from '../load-roster.ts';
import { Roster } from '../roster.ts';
import { readExcludedPeople } from '../sources/excluded-people.ts';
import { type FitReport, fitFusion } from './fit-fusion.ts';
import { type JudgingOptions, judgePeople } from './judge-people.ts';

/** Fewer people say more about themselves than about the model. */
export const fewestPeople = 10;

export interface CalibrateOptions extends JudgingOptions {
  readonly sources: readonly Source[];
  /** Lists who was held out of training; without it everybody in the data is taken to be. */
  readonly peopleFile?: string | undefined;
  readonly captionFiles: readonly string[];
  readonly allowPartial: boolean;
}

export interface CalibrationReport {
  readonly people: number;
  readonly pictures: number;
  readonly kinds: Partial<Record<QueryKind, FitReport>>;
  readonly notes: readonly string[];
}

/** @throws ChatReidError DATASET_INVALID, OPTION_INVALID (too few people), and as `judgePeople` */
export async function calibrateLanguage(
  options: CalibrateOptions,
): Promise<{ report: CalibrationReport; numbers: FusionNumbers }> {
  const { sources, captionFiles, allowPartial, peopleFile } = options;
  const { roster: everybody, differences } = await loadRoster({ sources, captionFiles, allowPartial });
  const wanted = peopleFile === undefined ? undefined : await readExcludedPeople(peopleFile);
  const roster = new Roster(everybody.people.filter(({ id }) => wanted?.has(id) ?? true));
  const twice = roster.people.filter(({ pictures }) => pictures.length > 1);
  if (twice.length < fewestPeople) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `Only ${twice.length} of the held-out people in this data have two pictures or more: that is too few to calibrate on.`,
      `Give at least ${fewestPeople}, named in --people as DATASET/PERSON, who were not trained on.`,
    );
  }
  const kinds: Partial<Record<QueryKind, FitReport>> = {};
  const notes = [...differences];
  const { text: reads } = await options.encoder.describeEncoder();
  for (const kind of ['image', 'text', 'mixed'] as const) {
    const judged = kind !== 'image' && !reads ? undefined : await judgePeople(roster, kind, options);
    const people = new Set(judged?.pairs.map(({ person }) => person)).size;
    const same = new Set(judged?.pairs.map((pair) => pair.same)).size;
    if (judged === undefined || people < fewestPeople || same < 2) {
      notes.push(
        `Queries of kind ${kind} were not calibrated: there is too little to ask with or to compare.`,
      );
    } else {
      kinds[kind] = fitFusion(judged);
    }
  }
  const numbers = Object.fromEntries(Object.entries(kinds).map(([kind, fit]) => [kind, fit.numbers]));
  const report = { people: roster.people.length, pictures: roster.pictures.length, kinds, notes };
  return { report, numbers };
}
