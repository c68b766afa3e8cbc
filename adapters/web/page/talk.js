/**
 * One talk as the page knows it: messages and their answers by message id, each told at most once however often it comes, and
 * in the server's order, whichever page sent them.
 */

/**
 * @typedef {object} Exchange
 * @property {string} id of the message
 * @property {object} [message] as the server has it, or as it is being sent
 * @property {object} [reply] the latest: a `first` page is replaced by the `final` reply
 * @property {object} [failed] code, message, next
 * @property {boolean} done dealt with
 * @property {boolean} known the server has it, at this place of the talk
 * @property {'sending' | 'waiting'} [sending] on its way; waiting for the connection to come back
 */

export class Talk extends EventTarget {
  /** @type {Map<string, Exchange>} */
  exchanges = new Map();

  /** Why it cannot be looked into: somebody else's. @type {{ message: string, next: string } | undefined} */
  refused;

  /** Whether all that was said here was removed, and nothing was said since. */
  forgotten = false;

  constructor(id) {
    super();
    this.id = id;
  }

  /** @param sending absent for a message that the server has */
  takeMessage(message, sending) {
    const exchange = this.#at(message.id);
    // The page's own copy has pictures to show while they are being sent.
    exchange.message = { ...message, local: message.local ?? exchange.message?.local };
    exchange.sending = sending;
    if (message.done) exchange.done = true;
    if (!sending && !exchange.known) this.#settle(exchange);
    this.#tell(message.id);
  }

  /** Takes the whole talk as the server has it; what it never took in (still on its way, or refused) stays behind it. */
  restore({ messages, replies }) {
    // Away while it was forgotten.
    const gone =
      messages.length + replies.length === 0 && [...this.exchanges.values()].some(({ known }) => known);
    if (gone) return this.forget();
    const kept = new Set([...messages.map(({ id }) => id), ...replies.map(({ to }) => to)]);
    for (const { id, known } of [...this.exchanges.values()]) if (known && !kept.has(id)) this.drop(id);
    for (const exchange of this.exchanges.values()) exchange.known = false;
    for (const message of messages) this.takeMessage(message);
    for (const reply of replies) this.takeReply(reply);
    this.dispatchEvent(new Event('loaded'));
  }

  /** What the server had of it is gone; what is still on its way there begins anew. */
  forget() {
    this.forgotten = true;
    for (const { id, known } of [...this.exchanges.values()]) if (known) this.drop(id);
    this.dispatchEvent(new Event('forgotten'));
  }

  refuse(error) {
    this.refused = error;
    this.dispatchEvent(new Event('refused'));
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
    const exchange = this.exchanges.get(id);
    if (!exchange) return;
    exchange.done = true;
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

  /** What the server has takes its place behind what it had before, and in front of what is still on its way to it. */
  #settle(exchange) {
    exchange.known = true;
    const waiting = [...this.exchanges.values()].filter(({ known }) => !known);
    for (const { id } of [exchange, ...waiting]) this.exchanges.delete(id);
    for (const one of [exchange, ...waiting]) this.exchanges.set(one.id, one);
  }

  #at(id) {
    const exchange = this.exchanges.get(id) ?? { id, done: false, known: false };
    this.exchanges.set(id, exchange);
    this.forgotten = false;
    return exchange;
  }

  #tell(id) {
    this.dispatchEvent(new CustomEvent('changed', { detail: id }));
  }
}
