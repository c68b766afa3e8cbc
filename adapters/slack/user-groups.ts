/** Who is in which user group: asked for when somebody speaks, at most every few minutes, and only where a group counts. */
import { z } from 'zod';
import { asChatReidError } from '../../src/foundation/error.ts';
import type { AdapterWatch } from '../adapter.ts';
import type { SlackLimits } from './limits.ts';
import type { SlackCalls } from './slack-calls.ts';

export interface UserGroupsParts {
  readonly calls: Pick<SlackCalls, 'call'>;
  /** Ids of those that anything hangs on: the others are not kept. */
  readonly wanted: readonly string[];
  readonly limits: Pick<SlackLimits, 'groupsFreshMs' | 'groupsKeptMs' | 'groupsAgainMs'>;
  readonly watch: Pick<AdapterWatch, 'trouble'>;
  /** Milliseconds; the clock of the machine by default. */
  readonly now?: () => number;
}

/** Users by group, as Slack had them at that time. */
interface Known {
  readonly at: number;
  readonly members: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Without disabled groups: nobody is in those. */
const answer = z.object({
  usergroups: z.array(
    z.object({ id: z.string(), users: z.array(z.string()).default([]), date_delete: z.number().nullish() }),
  ),
});

export class UserGroups {
  #known: Known | undefined;
  #asking: Promise<void> | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly parts: UserGroupsParts) {}

  /** @returns ids; what is not known counts as none. Never rejects */
  async of(user: string): Promise<readonly string[]> {
    const { wanted, limits } = this.parts;
    if (wanted.length === 0) return [];
    const now = this.#now();
    if (!this.#isYounger(limits.groupsFreshMs) && now - this.#failedAt >= limits.groupsAgainMs) {
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = undefined;
      });
      await this.#asking;
    }
    // Somebody who left a group must not be in it for ever because Slack does not answer.
    if (!this.#isYounger(limits.groupsKeptMs)) return [];
    return wanted.filter((group) => this.#known?.members.get(group)?.has(user));
  }

  async #ask(): Promise<void> {
    const { calls, wanted, watch } = this.parts;
    const at = this.#now();
    try {
      const all = answer.parse(await calls.call('usergroups.list', { include_users: true }, { tries: 2 }));
      const active = all.usergroups.filter(({ id, date_delete }) => wanted.includes(id) && !date_delete);
      this.#known = { at, members: new Map(active.map(({ id, users }) => [id, new Set(users)])) };
    } catch (error) {
      this.#failedAt = at;
      watch.trouble(asChatReidError(error, 'asking Slack for its user groups'));
    }
  }

  #isYounger(ms: number): boolean {
    return this.#known !== undefined && this.#now() - this.#known.at < ms;
  }

  #now(): number {
    return this.parts.now?.() ?? Date.now();
  }
}
