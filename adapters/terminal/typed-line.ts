/** What one line typed at the terminal is: a message with pictures by path, or a word to the terminal itself. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type TypedLine =
  | { readonly kind: 'nothing' | 'quit' | 'help' | 'sheet' }
  | { readonly kind: 'message'; readonly text: string; readonly pictures: readonly string[] }
  /** A picture was named that is not there; '' where none was named. */
  | { readonly kind: 'missing'; readonly path: string };

export const typedHelp = [
  ['photo.jpg red cap', 'a picture by its path, with words or without; several paths are several pictures'],
  ["'my photo.jpg'", 'quotes keep a path with spaces together; a file dropped on the terminal works too'],
  ['image PATH words', 'the same, for a path that does not look like one'],
  ['/sheet', 'where the contact sheet of the last answer is'],
  ['/quit', 'leave; Ctrl-C stops a running search first'],
] as const;

/** One word, or what quotes hold together. An apostrophe inside a word begins nothing. */
const tokens = /"([^"]*)"(?=\s|$)|'([^']*)'(?=\s|$)|(?:\\.|\S)+/g;
const pictureName = /\.(jpe?g|png|webp|gif|tiff?|avif|bmp|heic)$/i;

/** @param isFile whether a path names a file; a whole line that does is a picture, whatever words are in it */
export function readTypedLine(line: string, isFile: (path: string) => boolean): TypedLine {
  const text = line.trim();
  if (text === '') return { kind: 'nothing' };
  const whole = pathOf(text);
  if (isFile(whole)) return { kind: 'message', text: '', pictures: [whole] };
  const command = /^\/?(quit|exit|help|\?|sheet)$/i.exec(text)?.[1]?.toLowerCase();
  if (command === 'quit' || command === 'exit') return { kind: 'quit' };
  if (command === 'help' || command === '?') return { kind: 'help' };
  if (command === 'sheet') return { kind: 'sheet' };
  const [, named] = /^\/?image(?:\s+(.*))?$/is.exec(text) ?? [undefined, undefined];
  if (/^\/?image$/i.test(text)) return { kind: 'missing', path: '' };
  return (named !== undefined && afterImage(named, isFile)) || message(text, isFile);
}

/** @returns undefined where it goes on like a sentence: "image of a man" */
function afterImage(rest: string, isFile: (path: string) => boolean): TypedLine | undefined {
  const spans = [...rest.matchAll(tokens)];
  for (let count = spans.length; count > 0; count--) {
    const last = spans[count - 1]!;
    const end = last.index + last[0].length;
    const path = pathOf(rest.slice(0, end));
    if (!isFile(path)) continue;
    const more = message(rest.slice(end), isFile);
    return more.kind === 'message' ? { ...more, pictures: [path, ...more.pictures] } : more;
  }
  const first = pathOf(spans[0]?.[0] ?? '');
  return /[/\\]/.test(first) || pictureName.test(first) ? { kind: 'missing', path: first } : undefined;
}

function message(line: string, isFile: (path: string) => boolean): TypedLine {
  const pictures: string[] = [];
  let missing: string | undefined;
  const words = line.replace(tokens, (token) => {
    const path = pathOf(token);
    const quoted = path !== token;
    if ((quoted || /[/\\]/.test(path) || pictureName.test(path)) && isFile(path)) {
      pictures.push(path);
      return '';
    }
    // "p.jpg" can only be meant as a picture.
    if (pictureName.test(path) && !/\s/.test(path)) missing ??= path;
    return token;
  });
  if (missing !== undefined) return { kind: 'missing', path: missing };
  const text = words.replace(/\s+/g, ' ').trim();
  // "/more" is the word "more": a slash before a word is a habit of chats.
  return { kind: 'message', text: text.replace(/^\/(?=\p{L}+(\s|$))/u, ''), pictures };
}

/** Terminals quote or escape the path of a file that is dropped on them, and some give an address. */
function pathOf(token: string): string {
  const [, double, single] = /^(?:"([^"]*)"|'([^']*)')$/.exec(token) ?? [];
  const path = double ?? single ?? token.replace(/\\([^\p{L}\p{N}_.\\])/gu, '$1');
  if (path.startsWith('~/')) return join(homedir(), path.slice(2));
  if (!path.startsWith('file://')) return path;
  try {
    return fileURLToPath(path);
  } catch {
    return path;
  }
}
