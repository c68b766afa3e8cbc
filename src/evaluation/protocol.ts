/** Which gallery pictures count for which query: the rule that makes two papers' numbers comparable. */
import { rowsByPerson } from './protocols/person-rows.ts';

export interface Labelled {
  readonly personId: string;
  /** Absent where the source does not say: such a row is never removed for its camera. */
  readonly cameraId?: string;
  /** What the person wears, in data sets where people change. Numbers of two persons are not related. */
  readonly clothesId?: string;
  /** `visible`, `infrared` or `thermal`, in data sets that have more than one. */
  readonly modality?: string;
}

/** Gallery rows (indexes) that matter for one query. No row is in both lists; every other row is a wrong answer. */
export interface Relevance {
  readonly positives: readonly number[];
  /** Taken out of the gallery for this query alone: neither right nor wrong. */
  readonly ignored: readonly number[];
}

/**
 * What a place of the CMC curve counts: `pictures` (the rule); `persons` (SYSU-MM01: a person's second picture takes no
 * place); `single-shot` (CUHK03 classic: galleries of one picture a person, ten drawn anew for every query). mAP and mINP
 * are over pictures always.
 */
export type CmcCounting = 'pictures' | 'persons' | 'single-shot';

export interface Protocol {
  readonly name: string;
  /** Default `pictures`. */
  readonly cmc?: CmcCounting;
  /** One sentence for the report. */
  readonly rule: string;
  /** Looks the gallery through once; the function it returns costs as much as the query has rows of its person. */
  prepare(gallery: readonly Labelled[]): (query: Labelled) => Relevance;
}

/**
 * Market-1501 (Zheng et al., ICCV 2015), as torchreid `eval_market1501` and fast-reid `evaluation/rank.py` have it:
 * gallery pictures of the query's person AND camera are ignored, those of the person in other cameras are right, and
 * everything else, distractors included, is wrong. Junk (person -1) is not in the gallery that it is given.
 */
export const acrossCameras: Protocol = {
  name: 'across-cameras',
  rule: 'gallery pictures of the same person in the same camera as the query are ignored',
  prepare: (gallery) => {
    const rows = rowsByPerson(gallery);
    return (query) => {
      const positives: number[] = [];
      const ignored: number[] = [];
      for (const row of rows.get(query.personId) ?? []) {
        const sameCamera = query.cameraId !== undefined && gallery[row]?.cameraId === query.cameraId;
        (sameCamera ? ignored : positives).push(row);
      }
      return { positives, ignored };
    };
  },
};

/** Text to image (CUHK-PEDES and its like), as IRRA `utils/metrics.py` has it: every picture of the person is right. */
export const anyCamera: Protocol = {
  name: 'any-camera',
  rule: 'every gallery picture of the person counts, whatever its camera',
  prepare: (gallery) => {
    const rows = rowsByPerson(gallery);
    return (query) => ({ positives: rows.get(query.personId) ?? [], ignored: [] });
  },
};
