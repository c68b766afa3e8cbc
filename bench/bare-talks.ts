/** A session manager's parts without pictures or models: every search finds the same, for what is about messages alone. */
import { join } from 'node:path';
import type { SessionManagerParts } from '../src/conversation/session-parts.ts';
import { openStorage } from '../src/conversation/storage/open-storage.ts';
import { Uploads } from '../src/conversation/uploads.ts';
import type { Encoder } from '../src/engine/encoder.ts';
import type { GalleryStore, GallerySummary } from '../src/gallery/gallery-store.ts';
import { Calibration, type KindCalibration } from '../src/retrieval/calibration.ts';
import type { Query } from '../src/retrieval/query.ts';
import type { SearchOptions } from '../src/retrieval/retrieval.ts';
import type { RankedCandidate, SearchResult } from '../src/retrieval/search-result.ts';

/** Candidates with ids of one letter each. */
export function foundOf(count: number, mode: SearchResult['mode'] = 'filter'): SearchResult {
  const ranking = Array.from({ length: count }, (_, at): RankedCandidate => {
    const pictureId = at.toString(16).padStart(64, '0');
    return {
      rank: at + 1,
      record: { pictureId, cameraId: '1', source: `${at}.png`, width: 64, height: 128 },
      path: `/pictures/${pictureId}.png`,
      filterScore: 0.5,
      confidence: 0.9 - at / 100,
      compared: mode !== 'filter',
    };
  });
  return {
    kind: 'text',
    mode,
    decision: 'unsure',
    decisionDetail: { sentence: 'Unsure: maybe.', falseMatchRate: 0.01, foundFrom: 0.9, absentBelow: 0.1 },
    ranking,
    filter: { kept: count, of: 1000, tau: 0 },
    timings: { encode: 0, filter: 0, rank: 0, total: 0 },
    notes: [],
  };
}

const line: KindCalibration = {
  llr: { score: [0, 1], value: [-8, 8] },
  impostor: { rate: [1, 0], threshold: [0, 1] },
  genuineBest: { quantile: [0, 1], score: [0, 1] },
};

export type Searching = (query: Query, options: SearchOptions) => Promise<SearchResult>;

export async function bareParts(
  home: string,
  search: Searching = async () => foundOf(60),
  changes: Partial<SessionManagerParts> = {},
): Promise<SessionManagerParts> {
  return {
    retrieval: { search: (_gallery, query, options = {}) => search(query, options), within: unused },
    store: bareStore,
    encoder: bareEncoder,
    calibration: new Calibration({ mix: { text: 1 }, tau: { image: 0 }, calibration: { image: line } }),
    // Every word is a clue.
    interpreter: (text) => (text === '' ? [] : [{ act: 'clue', words: text }]),
    storage: changes.storage ?? (await openStorage({ folder: home })),
    uploads: changes.uploads ?? (await Uploads.open(join(home, 'pictures'))),
    gallery: 'hall',
    timeZone: 'UTC',
    ...changes,
  };
}

const summary: GallerySummary = {
  name: 'hall',
  pictures: 1000,
  persons: 0,
  cameras: ['1', '2', '3'],
  places: [],
  spaces: [],
};

function unused(): never {
  throw new Error('Nothing asks for this here.');
}

const bareEncoder: Encoder = { describeEncoder: unused, encodePictures: unused, encodeTexts: unused };

const bareStore: GalleryStore = {
  galleries: async () => [summary],
  galleriesOf: async (ids) => ids.map(() => [summary.name]),
  summary: async () => summary,
  indexed: async () => ({ pictures: 1000, indexed: 1000 }),
  add: unused,
  addVectors: unused,
  missingVectors: unused,
  removeDamagedVectors: unused,
  vectors: unused,
  setLiveSpace: unused,
  dropSpace: unused,
  list: unused,
  record: unused,
  records: unused,
  path: async (id) => `/pictures/${id}.png`,
  search: unused,
  remove: async () => 1,
  removeGallery: unused,
  close: async () => undefined,
};
