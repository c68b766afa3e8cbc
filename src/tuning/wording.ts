/** How a question is worded: as inference asks it (prompts/), or in one of the other ways (prompts/tuning/). */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChatReidError } from '../foundation/error.ts';
import { packageRoot } from '../foundation/package-root.ts';
import { type PromptFile, parsePromptFile, readPromptFile } from '../retrieval/prompt-file.ts';
import type { Draws } from './draws.ts';

const names = [
  'attributes',
  'choose-image',
  'choose-mixed',
  'choose-next',
  'choose-text',
  'compare',
  'describe',
  'match-text',
  'select-image',
  'verify-image',
  'verify-mixed',
  'verify-text',
] as const;

export type PromptName = (typeof names)[number];

export interface Wording {
  readonly file: PromptFile;
  readonly canonical: boolean;
}

export class Wordings {
  private constructor(
    private readonly canonical: ReadonlyMap<string, PromptFile>,
    private readonly others: ReadonlyMap<string, readonly PromptFile[]>,
    private readonly canonicalShare: number,
  ) {}

  /**
   * @param canonicalShare 0 to 1: how much is asked as inference asks; 1 reads no other wording
   * @throws ChatReidError INTERNAL naming a prompt file that is damaged
   */
  static async read(canonicalShare: number, folder = join(packageRoot(), 'prompts')): Promise<Wordings> {
    const canonical = new Map<string, PromptFile>();
    const others = new Map<string, readonly PromptFile[]>();
    for (const name of names) {
      const file = await readPromptFile(name, folder);
      canonical.set(name, file);
      others.set(name, canonicalShare === 1 ? [file] : await readVariants(name, folder));
    }
    return new Wordings(canonical, others, canonicalShare);
  }

  draw(name: PromptName, draws: Draws): Wording {
    if (this.canonicalShare === 1 || draws.chance(this.canonicalShare)) return this.inferences(name);
    return { file: draws.pick(this.others.get(name)!), canonical: false };
  }

  /** As inference asks. */
  inferences(name: PromptName): Wording {
    return { file: this.canonical.get(name)!, canonical: true };
  }

  /** The same question in a wording of its own draw. */
  again({ file }: Wording, draws: Draws): Wording {
    return this.draw(file.name as PromptName, draws);
  }
}

async function readVariants(name: PromptName, folder: string): Promise<PromptFile[]> {
  const path = join(folder, 'tuning', `${name}.md`);
  const source = await readFile(path, 'utf8').catch((error: unknown) => {
    throw damaged(path, 'it cannot be read', error);
  });
  const [, matter, ...bodies] = `\n${source.replaceAll('\r\n', '\n')}`.split('\n---\n');
  if (matter === undefined || bodies.length === 0)
    throw damaged(path, 'it has no wording below its front matter');
  return bodies.map((body) => parsePromptFile(`---\n${matter}\n---\n${body}`, path));
}

function damaged(path: string, why: string, cause?: unknown): ChatReidError {
  return new ChatReidError(
    'INTERNAL',
    `The prompt file ${path} cannot be used: ${why}.`,
    'Restore the file from the package.',
    cause,
  );
}
