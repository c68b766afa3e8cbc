/** Which talks there are: names of the latest of each platform; what each is about stands in its head. */
import type { ListedTalk } from '../conversations.ts';
import type { Shelf } from './shelf.ts';
import { isHead, keys, type TalkHead } from './talk-record.ts';

/** A talk that goes on comes to the front again so often: a list that changed with every turn would cost more than the turn. */
const againMs = 3_600_000;

export class TalkList {
  readonly #waiting = new Map<string, Map<string, 'front' | 'gone'>>();
  readonly #writing = new Map<string, Promise<void>>();

  constructor(
    private readonly shelf: Shelf,
    private readonly length: number,
  ) {}

  /** The latest first. */
  async of(prefix: string): Promise<readonly ListedTalk[]> {
    const names = (await this.#read(platformOf(prefix))).filter((name) => name.startsWith(prefix));
    const heads = (await this.shelf.getMany(names.map(keys.head))).filter(isHead);
    return heads.map(listed).sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
  }

  /** @param now ISO 8601 */
  isDue({ listed }: TalkHead, now: string): boolean {
    return listed === '' || Date.parse(now) - Date.parse(listed) > againMs;
  }

  async put(conversation: string): Promise<void> {
    await this.#change(conversation, 'front');
  }

  async remove(conversation: string): Promise<void> {
    await this.#change(conversation, 'gone');
  }

  /** What comes in while the list is being written goes into it together: many talks at once cost one write. */
  #change(conversation: string, what: 'front' | 'gone'): Promise<void> {
    const platform = platformOf(conversation);
    const waiting = this.#waiting.get(platform) ?? new Map<string, 'front' | 'gone'>();
    waiting.set(conversation, what);
    this.#waiting.set(platform, waiting);
    const before = this.#writing.get(platform) ?? Promise.resolve();
    const written = before.catch(() => undefined).then(() => this.#write(platform));
    this.#writing.set(platform, written);
    return written.finally(() => {
      if (this.#writing.get(platform) === written) this.#writing.delete(platform);
    });
  }

  async #write(platform: string): Promise<void> {
    const waiting = this.#waiting.get(platform);
    if (!waiting) return;
    this.#waiting.delete(platform);
    const kept = (await this.#read(platform)).filter((name) => !waiting.has(name));
    const fresh = [...waiting].flatMap(([name, what]) => (what === 'front' ? [name] : [])).reverse();
    const list = [...fresh, ...kept].slice(0, this.length);
    await this.shelf.set([{ key: keys.list(platform), value: list }]);
  }

  async #read(platform: string): Promise<readonly string[]> {
    const kept = await this.shelf.get(keys.list(platform));
    return Array.isArray(kept) ? kept.filter((name) => typeof name === 'string') : [];
  }
}

function listed({ conversation, line, at, asked, state }: TalkHead): ListedTalk {
  const pictureId = state.pictures?.at(-1);
  return {
    conversation,
    line,
    at,
    ...(asked ? { asked } : {}),
    ...(pictureId === undefined ? {} : { pictureId }),
  };
}

/** `web:` of `web:4f2a`. */
function platformOf(name: string): string {
  return name.slice(0, name.indexOf(':') + 1);
}
