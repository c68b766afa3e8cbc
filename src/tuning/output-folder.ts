/** A folder that is there whole or not at all: filled beside its place, then moved there. */
import { randomUUID } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { asChatReidError, ChatReidError } from '../foundation/error.ts';
import { removeLeftovers } from '../foundation/leftovers.ts';

export class OutputFolder {
  readonly #streams: WriteStream[] = [];

  private constructor(
    readonly target: string,
    /** Where it is filled. */
    readonly part: string,
  ) {}

  /**
   * What a killed run left of the same folder is removed.
   *
   * @throws ChatReidError OPTION_INVALID when the folder is there and not empty, STORAGE_*
   */
  static async begin(path: string): Promise<OutputFolder> {
    const target = resolve(path);
    const there = await readdir(target).catch(() => []);
    if (there.length > 0) {
      throw new ChatReidError(
        'OPTION_INVALID',
        `${target} is not empty.`,
        'Name a folder that is not there yet, or remove this one first.',
      );
    }
    const parent = dirname(target);
    const prefix = `.${basename(target)}.part-`;
    const part = join(parent, `${prefix}${process.pid}-${randomUUID()}`);
    try {
      await removeLeftovers(parent, prefix);
      await mkdir(part, { recursive: true });
    } catch (error) {
      throw asChatReidError(error, `preparing ${target}`);
    }
    return new OutputFolder(target, part);
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.part, name), text).catch((error: unknown) => {
      throw asChatReidError(error, `writing ${name} of ${this.target}`);
    });
  }

  /** @returns a line writer that waits where the disk is slower */
  lines(name: string): { write(line: string): Promise<void>; end(): Promise<void> } {
    const stream = createWriteStream(join(this.part, name), { highWaterMark: 1 << 20 });
    this.#streams.push(stream);
    let failed: unknown;
    stream.on('error', (error) => {
      failed ??= error;
    });
    const check = (): void => {
      if (failed) throw asChatReidError(failed, `writing ${name} of ${this.target}`);
    };
    return {
      write: async (line) => {
        check();
        if (!stream.write(`${line}\n`)) {
          await new Promise<void>((resume) => {
            const go = (): void => {
              stream.off('drain', go).off('close', go);
              resume();
            };
            stream.on('drain', go).on('close', go);
          });
          check();
        }
      },
      end: async () => {
        stream.end();
        await finished(stream).catch(() => {});
        check();
      },
    };
  }

  /** @param name relative to the folder, with folders of its own */
  async copy(from: string, name: string): Promise<void> {
    try {
      await mkdir(dirname(join(this.part, name)), { recursive: true });
      await copyFile(from, join(this.part, name));
    } catch (error) {
      throw asChatReidError(error, `copying ${from} to ${this.target}`);
    }
  }

  /** Everything is written: the folder takes its place. */
  async commit(): Promise<void> {
    try {
      // An empty folder at its place is replaced.
      await rm(this.target, { recursive: true, force: true });
      await rename(this.part, this.target);
    } catch (error) {
      throw asChatReidError(error, `moving the finished folder to ${this.target}`);
    }
  }

  async abandon(): Promise<void> {
    for (const stream of this.#streams) stream.destroy();
    await rm(this.part, { recursive: true, force: true }).catch(() => {});
  }
}
