/** The lines of a large text file, one after the other. */
import { createReadStream } from 'node:fs';

/** Unlike readline, it throws what the disk says where it is read. */
export async function* linesOf(path: string): AsyncGenerator<string, void> {
  let rest = '';
  for await (const chunk of createReadStream(path, 'utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== '') yield rest;
}
