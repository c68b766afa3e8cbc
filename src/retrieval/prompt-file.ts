/** Prompts are files in prompts/: front matter, then text with {{slots}}. Tuning and inference read the same ones. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Part, Prompt } from '../engine/prompt.ts';
import { ChatReidError } from '../foundation/error.ts';
import { packageRoot } from '../foundation/package-root.ts';

export interface PromptFile {
  readonly name: string;
  readonly version: number;
  readonly task: string;
  /** The replies that are scored: `Yes, No`, or `labels` for the letters of the candidates. */
  readonly answers: string;
  /** Text between slots, and slots by name, in order. `{{keep}}` marks where kept keys end. */
  readonly body: readonly ({ readonly text: string } | { readonly slot: string })[];
}

/** @param folder default: prompts/ of the package. @throws ChatReidError INTERNAL naming the file and what is wrong in it */
export async function readPromptFile(
  name: string,
  folder = join(packageRoot(), 'prompts'),
): Promise<PromptFile> {
  const path = join(folder, `${name}.md`);
  let source: string;
  try {
    source = await readFile(path, 'utf8');
  } catch (error) {
    throw promptError(path, 'it cannot be read', error);
  }
  return parsePromptFile(source, path);
}

export function parsePromptFile(source: string, path: string): PromptFile {
  const parts = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(source.replaceAll('\r\n', '\n'));
  if (!parts) throw promptError(path, 'it does not begin with front matter between two lines of ---');
  const matter = new Map<string, string>();
  for (const line of parts[1]?.split('\n') ?? []) {
    const colon = line.indexOf(':');
    if (colon > 0) matter.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
  }
  const known = (key: string): string => {
    const value = matter.get(key);
    if (!value) throw promptError(path, `its front matter lacks "${key}"`);
    return value;
  };
  const version = Number(known('version'));
  if (!Number.isInteger(version)) throw promptError(path, 'its version is not a whole number');
  return {
    name: known('name'),
    version,
    task: known('task'),
    answers: known('answers'),
    body: splitSlots((parts[2] ?? '').trimEnd()),
  };
}

/** @throws ChatReidError INTERNAL when the file has a slot that `slots` does not fill */
export function fillPrompt(file: PromptFile, slots: Readonly<Record<string, readonly Part[]>>): Prompt {
  const parts = file.body.flatMap((piece): readonly Part[] => {
    if ('text' in piece) return [{ type: 'text', text: piece.text }];
    if (piece.slot === 'keep') return [{ type: 'keep' }];
    const filling = slots[piece.slot];
    if (!filling) throw promptError(file.name, `nothing fills its slot {{${piece.slot}}}`);
    return filling;
  });
  return { turns: [{ role: 'user', parts }], version: `${file.name}@${file.version}` };
}

function splitSlots(body: string): PromptFile['body'] {
  return body
    .split(/(\{\{\w+\}\})/)
    .filter((piece) => piece !== '')
    .map((piece) => {
      const slot = /^\{\{(\w+)\}\}$/.exec(piece)?.[1];
      return slot === undefined ? { text: piece } : { slot };
    });
}

function promptError(path: string, why: string, cause?: unknown): ChatReidError {
  return new ChatReidError(
    'INTERNAL',
    `The prompt file ${path} cannot be used: ${why}.`,
    'Restore the file from the package.',
    cause,
  );
}
