/** Autocomplete: cameras, places and galleries that begin with, or have, what is typed. */
import { LRUCache } from 'lru-cache';
import { type Asker, marksOf } from '../../src/conversation/asker.ts';
import type { GalleryList } from '../gallery-list.ts';
import { discordLimits } from './limits.ts';
import { cut, plain } from './markdown.ts';
import type { DiscordInteraction } from './payloads.ts';

export interface Choice {
  readonly name: string;
  readonly value: string;
}

/** Galleries are asked for so seldom for one person: people type fast. */
const freshMs = 5000;
const peopleTyping = 500;

export class Completion {
  readonly #asked = new LRUCache<string, ReturnType<GalleryList['list']>>({
    max: peopleTyping,
    ttl: freshMs,
  });

  constructor(private readonly galleries: GalleryList | undefined) {}

  async choices({ data }: DiscordInteraction, asker: Asker): Promise<Choice[]> {
    const focused = data.options.find((option) => option.focused);
    if (!focused) return [];
    const chosen = data.options.find(({ name }) => name === 'gallery')?.value;
    const all = await this.#list(asker);
    const known = all.filter(({ name }) => name === chosen);
    const galleries = known.length > 0 ? known : all;
    const typed = plain(String(focused.value ?? ''));
    if (focused.name === 'camera') {
      // "2, 4": the last one is being typed.
      const comma = typed.lastIndexOf(',') + 1;
      const before = typed.slice(0, comma);
      const last = typed.slice(comma).trim();
      return matching(
        unique(galleries.flatMap(({ cameras }) => cameras)),
        last,
        before === '' ? '' : `${before} `,
      );
    }
    if (focused.name === 'place') return matching(unique(galleries.flatMap(({ places }) => places)), typed);
    return matching(
      all.map(({ name }) => name),
      typed,
    );
  }

  #list(asker: Asker): ReturnType<GalleryList['list']> {
    // Who has a role given or taken while typing sees other galleries at once.
    const who = marksOf(asker).join(' ');
    const known = this.#asked.get(who);
    if (known) return known;
    const list = this.galleries?.list(asker) ?? Promise.resolve([]);
    this.#asked.set(who, list);
    list.catch(() => this.#asked.delete(who));
    return list;
  }
}

function matching(names: readonly string[], typed: string, before = ''): Choice[] {
  const limits = discordLimits.autocomplete;
  const wanted = typed.toLowerCase();
  const found = names.filter((name) => name.toLowerCase().includes(wanted));
  const first = (name: string) => (name.toLowerCase().startsWith(wanted) ? 0 : 1);
  return (
    found
      .sort((a, b) => first(a) - first(b) || a.localeCompare(b, 'en', { numeric: true }))
      .map((name) => before + name)
      // A value that is cut would be another name.
      .filter((value) => value.length <= limits.value && plain(value) !== '')
      .slice(0, limits.choices)
      .map((value) => ({ name: cut(plain(value), limits.name), value }))
  );
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
