/** The HPT data engine: from data sets to the instruction data of one stage, written whole or not at all. */
import { extname } from 'node:path';
import { createHash } from 'node:crypto';
import { showsClothes } from './caption-records.ts';
import { datasetInfo } from './dataset-info.ts';
import { loadRoster, type RosterCounts, type RosterOptions } from './load-roster.ts';
import { type MiningOptions, mineNeighbours } from './mined-neighbours.ts';
import { OutputFolder } from './output-folder.ts';
import { judgePictures, type QualityBounds, type QualityVerdict } from './picture-quality.ts';
import { recordStream, type StreamOptions } from './record-stream.ts';
import { Rivals } from './rivals.ts';
import { refuseStrangers } from './refuse-strangers.ts';
import type { Roster } from './roster.ts';
import type { TuningRecord } from './tuning-record.ts';
import { type StatisticsDocument, TuningStatistics } from './tuning-statistics.ts';
import { WordBook } from './word-book.ts';
import { Wordings } from './wording.ts';

export interface TuningOptions extends StreamOptions, RosterOptions {
  readonly out: string;
  /** Absent: pictures are taken as they are. */
  readonly quality?: QualityBounds | undefined;
  readonly gallery: readonly [number, number];
  readonly positiveShare: number;
  readonly canonicalShare: number;
  /** 0 to 1; above 0 needs `mining`. */
  readonly hardShare: number;
  readonly mining?: MiningOptions | undefined;
  /** More captions for a roster, e.g. from a captioning server. */
  readonly caption?: ((roster: Roster) => Promise<Roster>) | undefined;
  readonly copyPictures: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((what: string, done: number, total: number) => void) | undefined;
}

export interface TuningReport extends StatisticsDocument {
  readonly stage: number;
  readonly seed: number;
  readonly people: RosterCounts;
  readonly differences: readonly string[];
  /** How pictures were judged; and those dropped because their clothes are unknown (stage 1). */
  readonly quality: Readonly<Partial<Record<QualityVerdict | 'clothesUnknown', number>>>;
  /** Share of others that were drawn from what the filter confuses; 0 without a filter. */
  readonly hardShare: number;
  readonly sha256: string;
}

/**
 * Writes `train.jsonl`, `dataset_info.json` and `stats.json`. The same options, data and model give the same bytes.
 *
 * @throws ChatReidError as the readers, the encoder and the disk; OPTION_INVALID where the data cannot make what is asked
 */
export async function makeTuningData(options: TuningOptions): Promise<TuningReport> {
  const output = await OutputFolder.begin(options.out);
  try {
    const loaded = await loadRoster(options);
    const { roster, quality } = await goodPictures(loaded.roster, options);
    const captioned = options.caption ? await options.caption(roster) : roster;
    const told = options.onProgress;
    const neighbours =
      options.hardShare > 0 && options.mining && options.stage !== 1
        ? await mineNeighbours(captioned, options.mining)
        : undefined;
    const context = {
      roster: captioned,
      rivals: new Rivals(captioned, neighbours, neighbours ? options.hardShare : 0),
      words: new WordBook(captioned),
      wordings: await Wordings.read(options.canonicalShare),
      positiveShare: options.positiveShare,
      gallery: options.gallery,
    };
    const statistics = new TuningStatistics();
    const digest = createHash('sha256');
    const copies = new Map<string, string>();
    const lines = output.lines('train.jsonl');
    let done = 0;
    for (const { record, exchanges } of recordStream(context, options)) {
      if (done % 1000 === 0) {
        options.signal?.throwIfAborted();
        told?.('records written', done, options.count ?? done);
      }
      refuseStrangers(record, captioned);
      statistics.add(record, exchanges);
      const line = JSON.stringify(options.copyPictures ? copied(record, copies) : record);
      digest.update(`${line}\n`);
      await lines.write(line);
      done++;
    }
    await lines.end();
    for (const [from, name] of copies) await output.copy(from, name);
    const report: TuningReport = {
      stage: options.stage,
      seed: options.seed,
      ...statistics.document(),
      people: loaded.counts,
      differences: loaded.differences,
      quality,
      hardShare: neighbours ? options.hardShare : 0,
      sha256: digest.digest('hex'),
    };
    await output.write(
      'dataset_info.json',
      `${JSON.stringify(datasetInfo(`chatreid_stage${options.stage}`), null, 2)}\n`,
    );
    await output.write('stats.json', `${JSON.stringify(report, null, 2)}\n`);
    options.signal?.throwIfAborted();
    await output.commit();
    return report;
  } catch (error) {
    await output.abandon();
    throw error;
  }
}

async function goodPictures(
  roster: Roster,
  { quality, stage, signal, onProgress }: TuningOptions,
): Promise<{ roster: Roster; quality: TuningReport['quality'] }> {
  const counts: Partial<Record<QualityVerdict | 'clothesUnknown', number>> = {};
  let good = roster;
  if (quality) {
    const total = roster.pictures.length;
    const verdicts = await judgePictures(roster.pictures, quality, {
      signal,
      onProgress: (done) => onProgress?.('pictures judged', done, total),
    });
    for (const verdict of verdicts.values()) counts[verdict] = (counts[verdict] ?? 0) + 1;
    good = roster.filtered(({ path }) => verdicts.get(path) === 'good');
  }
  if (stage === 1) {
    const before = good.pictures.length;
    const known = good;
    good = known.filtered((picture) => showsClothes(known, picture));
    counts.clothesUnknown = before - good.pictures.length;
  }
  return { roster: good, quality: counts };
}

/** Named by their own path, so that two pictures of one name do not meet. */
function copied(record: TuningRecord, copies: Map<string, string>): TuningRecord {
  const images = record.images.map((path) => {
    const known = copies.get(path);
    if (known !== undefined) return known;
    const name = `pictures/${createHash('sha256').update(path).digest('hex').slice(0, 16)}${extname(path).toLowerCase()}`;
    copies.set(path, name);
    return name;
  });
  return { ...record, images };
}
