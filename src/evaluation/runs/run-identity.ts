/** Everything that decides the result of an evaluation: two runs with the same identity are one run, which goes on. */
import { createHash } from 'node:crypto';
import type { EngineDescription } from '../../engine/engine.ts';
import type { FusionNumbers } from '../../retrieval/fusion.ts';
import { type PromptFile, readPromptFile } from '../../retrieval/prompt-file.ts';
import type { QueryKind } from '../../retrieval/query.ts';
import type { SearchMode } from '../../retrieval/search-result.ts';
import type { Trial } from '../benchmark.ts';
import type { EmbeddedPicture, EmbeddedQuery } from '../benchmark-embedding.ts';

export type LanguageMode = Exclude<SearchMode, 'filter'>;

export interface RunIdentity {
  /** Of this program's rules. Raise it when the same inputs would be judged or scored otherwise than before. */
  readonly version: 1;
  readonly benchmark: string;
  readonly setting: string;
  readonly corrected: boolean;
  readonly mode: SearchMode;
  /** SHA-256 over the rows: sources, labels, words, the bytes of the pictures, the draws. */
  readonly data: string;
  /** Set where only some of the queries were asked. */
  readonly slice?: { readonly asked: number; readonly of: number };
  readonly seed: number;
  readonly filter: {
    /** The embedding space. */
    readonly space: string;
    readonly calibration: string;
    readonly taus: Readonly<Partial<Record<QueryKind, number>>>;
  };
  readonly language?: {
    readonly checksum: string;
    readonly dtype: string;
    readonly shortlist: number;
    /** Prompt files by name and version, with the SHA-256 of each. */
    readonly prompts: Readonly<Record<string, string>>;
    /** SHA-256 of the weights by which its answers and the filter are fused; absent where they are not. */
    readonly fusion?: string;
  };
}

/** e.g. `market1501-across-cameras-full-3f2a9c01d4be` */
export function runName(identity: RunIdentity): string {
  const { benchmark, setting, mode } = identity;
  const plain = (name: string): string => name.replace(/[^\w.-]+/g, '-');
  return [plain(benchmark), plain(setting), mode, sha256(JSON.stringify(identity)).slice(0, 12)].join('-');
}

export function dataFingerprint(
  queries: readonly EmbeddedQuery[],
  gallery: readonly EmbeddedPicture[],
  draws: readonly Trial[],
): string {
  const hash = createHash('sha256');
  for (const { row, kind, pictureId } of queries) {
    const { source, personId, cameraId, clothesId, modality, caption } = row;
    hash.update(
      `${JSON.stringify([source, kind, pictureId, personId, cameraId, clothesId, modality, caption])}\n`,
    );
  }
  hash.update(`gallery ${galleryFingerprint(gallery)}\n`);
  for (const draw of draws) hash.update(`${JSON.stringify([draw.queries, draw.gallery])}\n`);
  return hash.digest('hex');
}

/** SHA-256 over the gallery's rows: names, labels and the bytes of the pictures. */
export function galleryFingerprint(gallery: readonly EmbeddedPicture[]): string {
  const hash = createHash('sha256');
  for (const { row, pictureId } of gallery) {
    const { source, personId, cameraId, clothesId, modality } = row;
    hash.update(`${JSON.stringify([source, pictureId, personId, cameraId, clothesId, modality])}\n`);
  }
  return hash.digest('hex');
}

/** Short, because it stands in every line of queries.jsonl: 16 hex digits over what the query shows and says. */
export function queryContent({ kind, pictureId, row }: EmbeddedQuery): string {
  return sha256(JSON.stringify([kind, pictureId, kind === 'image' ? undefined : row.caption])).slice(0, 16);
}

/** The prompt files that a mode asks with, for the kinds of query that there are. */
export async function languageIdentity(
  { checksum, dtype }: EngineDescription,
  mode: LanguageMode,
  kinds: readonly QueryKind[],
  shortlist: number,
  fusion?: FusionNumbers,
): Promise<NonNullable<RunIdentity['language']>> {
  const asks = { pairwise: ['verify'], 'best-choice': ['choose'], full: ['choose', 'verify'] }[mode];
  const files = await Promise.all(
    asks.flatMap((ask) => kinds.map((kind): Promise<PromptFile> => readPromptFile(`${ask}-${kind}`))),
  );
  const prompts = files.map((file) => [`${file.name}@${file.version}`, sha256(JSON.stringify(file.body))]);
  const fused = kinds.map((kind) => [kind, fusion?.[kind]]).filter(([, numbers]) => numbers);
  return {
    checksum,
    dtype,
    shortlist,
    prompts: Object.fromEntries(prompts),
    ...(fused.length > 0 ? { fusion: sha256(JSON.stringify(fused)) } : {}),
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
