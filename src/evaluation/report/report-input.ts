/** What a report page is made from: a run, and the rows that its worst queries are shown with. */
import type { Benchmark, BenchmarkRow, QueryRow, Setting } from '../benchmark.ts';
import type { EvaluationReport } from '../evaluation-report.ts';
import type { QueryResult } from '../runs/query-result.ts';

export interface ReportInput {
  readonly benchmark: Pick<Benchmark, 'name' | 'title'> & {
    readonly settings: readonly Pick<Setting, 'name' | 'title' | 'quirks'>[];
  };
  readonly report: EvaluationReport;
  /** All lines of queries.jsonl. */
  readonly results: readonly QueryResult[];
  /** Rows of the benchmark, to find pictures and words by their source. Without them there are placeholders. */
  readonly queries: readonly QueryRow[];
  readonly gallery: readonly BenchmarkRow[];
  /** When the run was made, ISO 8601. */
  readonly date: string;
  /** The command line that makes the run again, as it would be typed. */
  readonly command: string;
}
