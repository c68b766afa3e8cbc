/** Where the chain stands: its last entry, and what of a line was left behind it by a process that was ended while it wrote. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { noHash, readChainLine } from './audit-line.ts';

export interface Tail {
  /** Of the last entry; 0 where there is none. */
  readonly seq: number;
  readonly hash: string;
  /** The file that the last bytes are in; absent where there is none. */
  readonly file?: string;
  readonly size: number;
  /** Bytes after the last entry that are no whole line. Empty, but not absent, where only the end of the line is missing. */
  readonly torn?: Buffer;
  /** The last line is whole, and is not what was written. */
  readonly damaged?: boolean;
}

/** Of a file this much is read from its end first. */
const firstLook = 64 * 1024;

/** @param chain the files, the oldest first. @throws what the file system throws */
export function readTail(chain: readonly string[]): Tail {
  for (let at = chain.length - 1; at >= 0; at--) {
    const file = chain[at]!;
    const found = tailOf(file);
    if (found === undefined) continue;
    if (found.seq > 0 || at === 0) return found;
    // Only what is torn is in it: the entry before is in the month before.
    const before = readTail(chain.slice(0, at));
    return {
      ...found,
      seq: before.seq,
      hash: before.hash,
      damaged: found.damaged || before.damaged === true,
    };
  }
  return { seq: 0, hash: noHash, size: 0, ...(chain[0] === undefined ? {} : { file: chain[0] }) };
}

/** @returns undefined for an empty file */
function tailOf(file: string): Tail | undefined {
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    if (size === 0) return undefined;
    for (let length = Math.min(firstLook, size); ; length = Math.min(length * 8, size)) {
      const bytes = Buffer.allocUnsafe(length);
      const read = readSync(handle, bytes, 0, length, size - length);
      const found = tailIn(bytes.subarray(0, read), length === size);
      if (found) return { ...found, file, size };
    }
  } finally {
    closeSync(handle);
  }
}

/** @returns undefined where a longer look is needed */
function tailIn(bytes: Buffer, all: boolean): Omit<Tail, 'file' | 'size'> | undefined {
  const ended = bytes[bytes.length - 1] === 10;
  let lineEnd = ended ? bytes.length - 1 : bytes.length;
  for (;;) {
    const lineStart = lineEnd === 0 ? 0 : bytes.lastIndexOf(10, lineEnd - 1) + 1;
    // Its beginning may be before what was read.
    if (lineStart === 0 && !all) return undefined;
    const line = readChainLine(bytes, lineStart, lineEnd);
    const rest = bytes.subarray(Math.min(lineEnd + 1, bytes.length));
    const left = ended ? rest.length > 0 && { damaged: true } : { torn: Buffer.from(rest) };
    if (line) return { seq: line.seq, hash: line.hash, ...left };
    if (lineStart === 0) {
      return { seq: 0, hash: noHash, ...(ended ? { damaged: true } : { torn: Buffer.from(bytes) }) };
    }
    lineEnd = lineStart - 1;
  }
}
