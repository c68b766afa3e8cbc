/** A peer on the same rows as ours: an evaluation of its own, of which only what needs no calibration is told. */
import { Calibration } from '../../retrieval/calibration.ts';
import type { Benchmark, BenchmarkRows } from '../benchmark.ts';
import { type EvaluationOptions, evaluateBenchmark } from '../evaluation.ts';
import type { EvaluationReport } from '../evaluation-report.ts';
import { PeerNetwork, type PeerOptions } from './peer-network.ts';

/** Of the ranking by cosine alone. Nobody measured what its similarities mean, so it has no τ and no confidence. */
export interface PeerReport
  extends Pick<
    EvaluationReport,
    'cmc' | 'mAP' | 'mINP' | 'rank1' | 'rank5' | 'rank10' | 'roc' | 'encoder' | 'encoded' | 'seconds' | 'run'
  > {
  readonly name: string;
}

/** Rising, and nothing more: without a measurement no likelihood ratio is better than another. */
const uncalibrated = new Calibration({
  mix: { text: 0 },
  tau: { image: -1 },
  calibration: {
    image: {
      llr: { score: [-1, 1], value: [-1, 1] },
      impostor: { rate: [1, 1e-6], threshold: [-1, 1] },
      genuineBest: { quantile: [0, 1], score: [-1, 1] },
    },
  },
});

type Passed =
  | 'folder'
  | 'cacheFolder'
  | 'runsFolder'
  | 'setting'
  | 'corrected'
  | 'limit'
  | 'seed'
  | 'allowPartial'
  | 'signal'
  | 'onProgress';

/**
 * Queries with a picture and words are asked by the picture alone. Kept and resumed as every evaluation is; its run can be
 * compared with ours (`evaluate compare`).
 *
 * @throws ChatReidError as {@link evaluateBenchmark}; QUERY_WORDS_UNSUPPORTED where a query has no picture; MODEL_MISSING,
 *   MODEL_DAMAGED of the peer
 */
export async function evaluatePeer(
  benchmark: Benchmark,
  peer: PeerOptions,
  options: Pick<EvaluationOptions, Passed>,
): Promise<PeerReport> {
  const network = await PeerNetwork.open(peer);
  try {
    const { report } = await evaluateBenchmark(byPicture(benchmark), {
      ...options,
      encoder: network,
      calibration: uncalibrated,
      mode: 'filter',
    });
    const { cmc, mAP, mINP, rank1, rank5, rank10, roc, encoder, encoded, seconds, run } = report;
    return {
      name: peer.name,
      cmc,
      mAP,
      mINP,
      rank1,
      rank5,
      rank10,
      ...(roc ? { roc } : {}),
      encoder,
      encoded,
      seconds,
      run,
    };
  } finally {
    await network.close();
  }
}

/** Queries of words alone keep their words, and are refused by who cannot read them. */
function byPicture(whole: Benchmark): Benchmark {
  const { name, title, settings } = whole;
  return {
    name,
    title,
    settings,
    readTraining: (...args) => whole.readTraining(...args),
    async read(...args): Promise<BenchmarkRows> {
      const rows = await whole.read(...args);
      const queries = rows.queries.map((row) => {
        const { caption: _, ...picture } = row;
        return row.path === undefined ? row : picture;
      });
      return { ...rows, queries };
    },
  };
}
