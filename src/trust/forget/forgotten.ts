/** What an order takes away, as it is met in values and texts: picture ids get a name that says nothing, names go. */
import { ByteScanner } from './byte-scanner.ts';
import { type ForgetOrder, keyedHash } from './forget-order.ts';

/** What stands in the place of an id: the same for the same id within one order, so that numbers keep their meaning. */
const place = /^gone-[0-9a-f]{16}$/;
const placeIn = /gone-[0-9a-f]{16}/;
const idIn = /[0-9a-f]{64}/g;
export const forgottenName = '[forgotten]';

export function isGone(id: string): boolean {
  return place.test(id);
}

/** Whether something in it, however deep, is gone. */
export function holdsGone(value: unknown): boolean {
  return placeIn.test(JSON.stringify(value) ?? '');
}

export class Forgotten {
  readonly ids: ReadonlySet<string>;
  readonly #words: ByteScanner;
  readonly #values: ReadonlySet<string>;

  constructor(private readonly order: ForgetOrder) {
    this.ids = new Set(order.pictures);
    this.#words = new ByteScanner(order.salt, order.words);
    this.#values = new Set(order.values);
  }

  /** @returns the very same value where nothing of it is concerned */
  in(value: unknown): unknown {
    if (typeof value === 'string') return this.inText(value);
    if (Array.isArray(value)) {
      const all = value.map((one) => this.in(one));
      return all.some((one, at) => one !== value[at]) ? all : value;
    }
    if (value === null || typeof value !== 'object') return value;
    let changed = false;
    const entries = Object.entries(value).map(([key, one]) => {
      const now = this.in(one);
      const name = this.inText(key);
      changed ||= now !== one || name !== key;
      return [name, now] as const;
    });
    return changed ? Object.fromEntries(entries) : value;
  }

  inText(text: string): string {
    if (this.#values.size > 0 && text !== '' && this.#values.has(keyedHash(this.order.salt, text))) {
      return forgottenName;
    }
    const named =
      this.ids.size === 0 || text.length < 64
        ? text
        : text.replace(idIn, (id) => (this.ids.has(id) ? this.#placeOf(id) : id));
    return this.#words.empty ? named : this.#withoutNames(named);
  }

  /** Whether a text says one of the ids, or a name. */
  isIn(value: unknown): boolean {
    return this.in(value) !== value;
  }

  #placeOf(id: string): string {
    // An order that is done has no key any more: nothing may be told from what it leaves then.
    return `gone-${keyedHash(this.order.placeKey ?? this.order.salt, id).slice(0, 16)}`;
  }

  #withoutNames(text: string): string {
    const bytes = Buffer.from(text, 'utf8');
    const hits = this.#words.scan(bytes).sort((one, other) => one.offset - other.offset);
    if (hits.length === 0) return text;
    const kept: string[] = [];
    let from = 0;
    for (const { offset, needle } of hits) {
      if (offset >= from) kept.push(bytes.toString('utf8', from, offset), forgottenName);
      from = Math.max(from, offset + needle.length);
    }
    return kept.join('') + bytes.toString('utf8', from);
  }
}
