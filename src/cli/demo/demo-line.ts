/** What one line typed at the demo's prompt asks for. */

export type DemoLine =
  | { readonly act: 'words'; readonly words: string }
  | { readonly act: 'image'; readonly path: string }
  | { readonly act: 'use' | 'not'; readonly rank: number }
  /** undefined: all cameras again. */
  | { readonly act: 'camera'; readonly camera: string | undefined }
  | { readonly act: 'top'; readonly count: number }
  | { readonly act: 'new' | 'sheet' | 'help' | 'quit' | 'nothing' }
  | { readonly act: 'unclear'; readonly hint: string };

export const demoHelp = [
  ['red jacket, grey trousers', 'search by words; with a picture, both count'],
  ['image PATH', 'search by a picture (a path alone does it too, or drop the file here)'],
  ['use 2', 'take the second candidate as the picture to search with'],
  ['not 3', 'it is not the third candidate'],
  ['camera 3', 'only this camera; "camera all" lifts it'],
  ['top 20', 'length of the ranking'],
  ['new', 'start over'],
  ['sheet', 'where the contact sheet of the last answer is'],
  ['quit', 'leave'],
] as const;

/** @param isFile whether a path names a file; a whole line that does is a picture, whatever words are in it */
export function readDemoLine(line: string, isFile: (path: string) => boolean): DemoLine {
  const text = line.trim();
  if (text === '') return { act: 'nothing' };
  const bare = unquoted(text);
  if (isFile(bare)) return { act: 'image', path: bare };
  const [, verb = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(text) ?? [];
  switch (verb.toLowerCase()) {
    case 'quit':
    case 'exit':
      return rest === '' ? { act: 'quit' } : words(text);
    case 'help':
    case '?':
      return rest === '' ? { act: 'help' } : words(text);
    case 'sheet':
    case 'new':
      return rest === '' ? { act: verb.toLowerCase() as 'sheet' | 'new' } : words(text);
    case 'image':
      return rest === ''
        ? { act: 'unclear', hint: 'Which picture? image PATH' }
        : { act: 'image', path: unquoted(rest) };
    case 'camera':
      if (rest === '') return { act: 'unclear', hint: 'Which camera? camera 3, or camera all' };
      return { act: 'camera', camera: /^(all|any)$/i.test(rest) ? undefined : rest };
    case 'top': {
      const count = Number(rest);
      if (!/^\d+$/.test(rest)) return words(text);
      return count >= 1 && count <= 100
        ? { act: 'top', count }
        : { act: 'unclear', hint: 'The ranking can hold 1 to 100 candidates.' };
    }
    case 'use':
    case 'not': {
      const [, rank] = /^#?(\d+)$/.exec(rest) ?? [];
      if (rank === undefined) return words(text);
      return { act: verb.toLowerCase() as 'use' | 'not', rank: Number(rank) };
    }
    default:
      return words(text);
  }
}

function words(text: string): DemoLine {
  return { act: 'words', words: text };
}

/** Terminals quote or escape the path of a file that is dropped on them. */
function unquoted(path: string): string {
  const [, quoted] = /^(?:'([^']*)'|"([^"]*)")$/.exec(path) ?? [];
  return quoted ?? /^"([^"]*)"$/.exec(path)?.[1] ?? path.replace(/\\ /g, ' ');
}
