/** One thing that the product does to what it keeps, as the crash matrix plays it. */
import type { ErrorCode } from '../../src/foundation/error.ts';

/** Says what has been promised: whoever hears it may rely on it, whatever happens to the process then. */
export type Say = (promise: string) => void;

export interface Operation {
  readonly name: string;
  /** What is there before it. @param root a new folder; `root/home` is CHATREID_HOME */
  prepare(root: string): Promise<void>;
  run(root: string, say: Say): Promise<void>;
  /** That what was promised is there: looked at before the operation is done again. */
  kept?(root: string, promised: readonly string[]): Promise<void>;
  /** Everything that somebody would miss, comparable; without what may differ from one time to the next. */
  state(root: string): Promise<unknown>;
  /** What is there before is damaged, and the operation mends it: only what comes after it is looked at. */
  readonly mends?: true;
  /** What a full disk ends it with. Default STORAGE_FULL; undefined where it is only slower without the disk. */
  readonly full?: ErrorCode | undefined;
}
