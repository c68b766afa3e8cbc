/** Two cards that are to be held against each other. */
export class Selection extends EventTarget {
  /** @type {Map<string, { rank: number, pictureId: string }>} */
  #cards = new Map();

  get size() {
    return this.#cards.size;
  }

  get cards() {
    return [...this.#cards.values()];
  }

  has(pictureId) {
    return this.#cards.has(pictureId);
  }

  toggle(card) {
    if (!this.#cards.delete(card.pictureId)) {
      // A third one takes the place of the first.
      if (this.#cards.size === 2) this.#cards.delete(this.#cards.keys().next().value);
      this.#cards.set(card.pictureId, card);
    }
    this.dispatchEvent(new Event('changed'));
  }

  clear() {
    this.#cards.clear();
    this.dispatchEvent(new Event('changed'));
  }
}
