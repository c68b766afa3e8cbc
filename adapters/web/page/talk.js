/** One talk as the page knows it: messages and their answers by message id, each told at most once however often it comes. */

/**
 * @typedef {object} Exchange
 * @property {string} id of the message
 * @property {object} [message] as the server has it, or as it is being sent
 * @property {object} [reply] the latest: a `first` page is replaced by the `final` reply
 * @property {object} [failed] code, message, next
 * @property {boolean} done dealt with
 * @property {'sending' | 'waiting'} [sending] on its way; waiting for the connection to come back
 */

export class Talk extends EventTarget {
  /** @type {Map<string, Exchange>} */
  exchanges = new Map();

  constructor(id) {
    super();
    this.id = id;
  }

  takeMessage(message, sending) {
    const exchange = this.#at(message.id);
    const known = exchange.message;
    // The page's own copy has pictures to show while they are being sent.
    exchange.message = { ...message, local: message.local ?? known?.local };
    exchange.sending = sending;
    this.#tell(message.id);
  }

  takeReply(reply) {
    const exchange = this.#at(reply.to);
    if (exchange.reply?.stage === 'final' && reply.stage === 'first') return;
    exchange.reply = reply;
    exchange.sending = undefined;
    if (reply.stage === 'final') exchange.done = true;
    this.#tell(reply.to);
  }

  sendingState(id, sending) {
    this.#at(id).sending = sending;
    this.#tell(id);
  }

  finish(id) {
    this.#at(id).done = true;
    this.#tell(id);
  }

  fail(id, failed) {
    Object.assign(this.#at(id), { failed, done: true, sending: undefined });
    this.#tell(id);
  }

  drop(id) {
    this.exchanges.delete(id);
    this.dispatchEvent(new CustomEvent('dropped', { detail: id }));
  }

  get isEmpty() {
    return this.exchanges.size === 0;
  }

  /** The exchange whose candidates numbers refer to. */
  get current() {
    return [...this.exchanges.values()].findLast(({ reply }) => reply?.answer);
  }

  /** The latest reply: its chips are the search as it stands. */
  get latestReply() {
    return [...this.exchanges.values()].findLast(({ reply }) => reply && !reply.error)?.reply;
  }

  #at(id) {
    const exchange = this.exchanges.get(id) ?? { id, done: false };
    this.exchanges.set(id, exchange);
    return exchange;
  }

  #tell(id) {
    this.dispatchEvent(new CustomEvent('changed', { detail: id }));
  }
}
