/** Reading a text file whole: what is not UTF-8 is refused by its line, never read as something else. */
import { constants, isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { malformedRow } from './dataset-errors.ts';

export interface TextAdvice {
  /** How refusals call the file. */
  readonly name: string;
  /** Behind `this is not UTF-8 text`. Default nothing. */
  readonly therefore?: string;
  /** What to do about a file in another encoding, one sentence. */
  readonly encode: string;
  /** What to do about a file that is too long, one sentence. */
  readonly shorten: string;
}

const byteOrderMark = Buffer.from('\uFEFF');

/**
 * @returns the same twice, without a byte-order mark
 * @throws ChatReidError DATASET_INVALID naming the first line that is not UTF-8 or holds a NUL; when the file is longer
 *   than half a gigabyte
 * @throws what the file system says when the file cannot be read
 */
export async function utf8File(path: string, advice: TextAdvice): Promise<{ bytes: Buffer; text: string }> {
  const tooLong = (cause?: unknown): Error =>
    malformedRow(
      advice.name,
      'the file is longer than one text can be (half a gigabyte)',
      advice.shorten,
      cause,
    );
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ERR_FS_FILE_TOO_LARGE' ? tooLong(error) : error;
  });
  if (!isUtf8(bytes) || bytes.includes(0)) {
    throw malformedRow(
      `${advice.name} line ${lineThatIsNoText(bytes)}`,
      `this is not UTF-8 text${advice.therefore ?? ''}`,
      advice.encode,
    );
  }
  const marked = bytes.subarray(0, byteOrderMark.length).equals(byteOrderMark);
  const plain = marked ? bytes.subarray(byteOrderMark.length) : bytes;
  if (plain.length > constants.MAX_STRING_LENGTH) throw tooLong();
  return { bytes: plain, text: plain.toString('utf8') };
}

function lineThatIsNoText(bytes: Buffer): number {
  let line = 1;
  for (let from = 0; from <= bytes.length; line++) {
    const end = bytes.indexOf(10, from);
    const part = bytes.subarray(from, end === -1 ? bytes.length : end);
    if (end === -1 || !isUtf8(part) || part.includes(0)) return line;
    from = end + 1;
  }
  return line;
}
