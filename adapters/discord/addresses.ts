/** Where the answers to messages under way go; some are asked for before that is known. */
import type { Address } from './address.ts';

interface Waiting {
  readonly address: Promise<Address | undefined>;
  readonly settle: (address: Address | undefined) => void;
}

export class Addresses {
  readonly #waiting = new Map<string, Waiting>();

  /** From now on whoever asks for it waits for {@link settle}. */
  expect(id: string): void {
    if (this.#waiting.has(id)) return;
    let settle: Waiting['settle'] = () => undefined;
    const address = new Promise<Address | undefined>((resolve) => {
      settle = resolve;
    });
    this.#waiting.set(id, { address, settle });
  }

  settle(id: string, address: Address | undefined): void {
    this.expect(id);
    this.#waiting.get(id)?.settle(address);
  }

  /** @returns undefined where nobody says */
  async of(id: string): Promise<Address | undefined> {
    return this.#waiting.get(id)?.address;
  }

  drop(id: string): void {
    this.#waiting.get(id)?.settle(undefined);
    this.#waiting.delete(id);
  }
}
