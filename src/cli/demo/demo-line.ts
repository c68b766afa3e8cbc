/** What one line typed at the demo's prompt asks for. */

/** Where and when: a field that is absent stays as it was, null lifts it. */
export interface Restriction {
  readonly cameras?: readonly string[] | null;
  readonly places?: readonly string[] | null;
  /** As typed. */
  readonly after?: string | null;
  readonly before?: string | null;
}

/** What of the search is forgotten. */
export type Part = 'words' | 'picture' | 'not' | 'camera' | 'place' | 'time';

export type DemoLine =
  | { readonly act: 'words'; readonly words: string }
  | { readonly act: 'image'; readonly path: string }
  | { readonly act: 'use' | 'not'; readonly rank: number }
  | { readonly act: 'restrict'; readonly to: Restriction }
  | { readonly act: 'clear'; readonly part: Part }
  | { readonly act: 'top'; readonly count: number }
  | { readonly act: 'new' | 'sheet' | 'help' | 'quit' | 'nothing' }
  | { readonly act: 'unclear'; readonly hint: string };

export const demoHelp = [
  ['red jacket, grey trousers', 'search by words; with a picture, both count'],
  ['image PATH', 'search by a picture (a path alone does it too, or drop the file here)'],
  ['use 2', 'take the second candidate as the picture to search with'],
  ['not 3', 'it is not the third candidate'],
  ['camera 3', 'only this camera; "camera 1,3" takes both, "camera all" lifts it'],
  ['place main hall', 'only this place; "place all" lifts it'],
  ['after 14:00, before 16:00', 'only this time; "time all" lifts it'],
  ['camera 3, after two', 'restrictions can be joined by commas'],
  ['clear words', 'forget the words; so for picture, not, camera, place and time'],
  ['clear', 'forget everything and start over; "new" does the same'],
  ['top 20', 'length of the ranking'],
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
    case 'clear':
      return cleared(rest) ?? words(text);
    case 'image':
      return rest === ''
        ? { act: 'unclear', hint: 'Which picture? image PATH' }
        : { act: 'image', path: unquoted(rest) };
    case 'camera':
    case 'cameras':
    case 'place':
    case 'places':
    case 'after':
    case 'before':
    case 'time':
      return restricted(text);
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

const hints = {
  camera: 'Which camera? camera 3, or camera all',
  place: 'Which place? place main hall, or place all',
  after: 'After what time? after 14:00',
  before: 'Before what time? before 16:00',
  time: 'Which time? after 14:00, before 16:00, or time all',
} as const;

/** `camera 1,3, after two`: a part that begins with no restriction's name goes on with the one before it. */
function restricted(text: string): DemoLine {
  const to: { -readonly [Name in keyof Restriction]: Restriction[Name] } = {};
  let last: keyof Restriction = 'cameras';
  for (const clause of text.split(',').map((part) => part.trim())) {
    if (clause === '') continue;
    const [, verb, rest = ''] = /^(camera|place|after|before|time)s?(?:\s+(.*))?$/is.exec(clause) ?? [];
    if (verb === undefined) {
      // The comma of a date, "May 13, 2026", belongs to it.
      if (last === 'after' || last === 'before') to[last] = `${to[last]}, ${clause}`;
      else to[last] = [...(to[last] ?? []), unquoted(clause)];
      continue;
    }
    const kind = verb.toLowerCase() as keyof typeof hints;
    const lifted = /^(all|any)$/i.test(rest);
    if (rest === '' || (kind === 'time' && !lifted)) return { act: 'unclear', hint: hints[kind] };
    if (kind === 'time') {
      to.after = null;
      to.before = null;
      continue;
    }
    if (kind === 'after' || kind === 'before') {
      last = kind;
      to[kind] = lifted ? null : rest;
      continue;
    }
    last = kind === 'camera' ? 'cameras' : 'places';
    to[last] = lifted ? null : [...(to[last] ?? []), ...alternatives(rest)];
  }
  return { act: 'restrict', to };
}

/** `1 or 3` is two; `Arts and Crafts or the hall` may be anything, and stays one name. */
function alternatives(names: string): string[] {
  return /^\S+(?:\s+(?:or|and)\s+\S+)+$/i.test(names) ? names.split(/\s+(?:or|and)\s+/i) : [unquoted(names)];
}

const parts: Readonly<Record<string, Part>> = {
  words: 'words',
  picture: 'picture',
  image: 'picture',
  not: 'not',
  camera: 'camera',
  cameras: 'camera',
  place: 'place',
  places: 'place',
  time: 'time',
};

function cleared(what: string): DemoLine | undefined {
  if (what === '' || /^(all|everything)$/i.test(what)) return { act: 'new' };
  const name = what.toLowerCase();
  const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
  return part && { act: 'clear', part };
}

function words(text: string): DemoLine {
  return { act: 'words', words: text };
}

/** Terminals quote or escape the path of a file that is dropped on them. */
function unquoted(path: string): string {
  const [, quoted] = /^(?:'([^']*)'|"([^"]*)")$/.exec(path) ?? [];
  return quoted ?? /^"([^"]*)"$/.exec(path)?.[1] ?? path.replace(/\\ /g, ' ');
}
