/** Who was turned away at a platform's gate, and why: told to whoever keeps the audit trail, so that no flood can fill it. */

/** `somebody else's talk`: they may use the bot, and that talk is not theirs. */
export type RefusalReason =
  | 'other workspace'
  | 'other server'
  | 'no role'
  | 'direct message'
  | 'a bot'
  | 'not signed in'
  | 'wrong token'
  | 'too many tries'
  | 'other host'
  | 'other page'
  | "somebody else's talk";

export interface Refusal {
  readonly platform: string;
  /** `slack:T2/U7`; `web:203.0.113.9` where nobody has signed in, `web:` where not even the address is known. */
  readonly user: string;
  readonly why: RefusalReason;
  /** How often, since it was told last. */
  readonly times: number;
}

export type TellRefusal = (refusal: Refusal) => void;

const minuteMs = 60_000;
/** People who are told by name in one minute; whoever comes after them is counted together. */
const namedAMinute = 60;

/** Of each person the first refusal is told at once, and those of the rest of its minute as one. */
export class Refusals {
  readonly #waiting = new Map<string, Refusal>();
  /** Told in this minute. */
  readonly #told = new Set<string>();
  #minute: NodeJS.Timeout | undefined;

  constructor(
    private readonly platform: string,
    private readonly tell: TellRefusal | undefined,
  ) {}

  add(user: string, why: RefusalReason): void {
    if (!this.tell) return;
    this.#minute ??= setTimeout(() => this.flush(), minuteMs).unref();
    const told = this.#told.has(`${user} ${why}`);
    if (!told && this.#told.size < namedAMinute) {
      this.#told.add(`${user} ${why}`);
      this.tell({ platform: this.platform, user, why, times: 1 });
      return;
    }
    const who = told ? user : `${this.platform}:`;
    const { times } = this.#waiting.get(`${who} ${why}`) ?? { times: 0 };
    this.#waiting.set(`${who} ${why}`, { platform: this.platform, user: who, why, times: times + 1 });
  }

  /** What was counted and not told yet; the next minute begins. */
  flush(): void {
    clearTimeout(this.#minute);
    this.#minute = undefined;
    this.#told.clear();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const refusal of waiting) this.tell?.(refusal);
  }
}
