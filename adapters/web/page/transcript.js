/** The talk on the page: every exchange in its order, drawn again when something about it changed. */
import { announce } from './announcer.js';
import { exchangeView } from './exchange-view.js';
import { forgottenSentence, forgottenView } from './forgotten.js';
import { refusedView } from './refused.js';
import { remember } from './reorder.js';
import { welcomeView } from './welcome.js';

export class Transcript {
  /** @type {Map<string, HTMLElement>} */
  #views = new Map();
  /** Exchanges whose reply was brought into view. */
  #replied = new Set();
  #talk;
  #context;
  #place;

  constructor(place, context) {
    this.#place = place;
    this.#context = context;
  }

  show(talk) {
    this.#talk = talk;
    this.#views.clear();
    this.#replied.clear();
    this.#place.replaceChildren();
    this.#drawWelcome();
    talk.addEventListener('changed', ({ detail }) => this.#talk === talk && this.#draw(detail));
    talk.addEventListener('dropped', ({ detail }) => {
      if (this.#talk !== talk) return;
      this.#views.get(detail)?.remove();
      this.#views.delete(detail);
      this.#drawWelcome();
    });
    talk.addEventListener('forgotten', () => {
      if (this.#talk !== talk) return;
      this.#drawWelcome();
      announce(forgottenSentence);
    });
    talk.addEventListener('refused', () => {
      if (this.#talk !== talk) return;
      this.#place.replaceChildren(refusedView(talk.refused, this.#context));
      announce(`${talk.refused.message} ${talk.refused.next}`);
    });
    talk.addEventListener('loaded', () => this.#scrollTo(this.#place.lastElementChild, 'instant'));
  }

  /** The cards that the keyboard moves between. */
  get cards() {
    const current = this.#talk?.current;
    return current ? [...(this.#views.get(current.id)?.querySelectorAll('.card') ?? [])] : [];
  }

  redraw() {
    for (const id of this.#views.keys()) this.#replace(id);
  }

  #draw(id) {
    this.#place.querySelector('.welcome')?.remove();
    const isNew = !this.#views.has(id);
    const before = this.#talk.current;
    this.#replace(id);
    // A new answer makes those before it past.
    for (const other of this.#views.keys())
      if (other !== id && this.#views.get(other).querySelector('.cards, .question, .people, .row'))
        this.#replace(other);
    const { reply } = this.#talk.exchanges.get(id);
    // Not again when the ranking takes the place of the first page: whoever reads that page stays where they are.
    if (isNew || (reply && !this.#replied.has(id))) this.#bringIntoView(id);
    if (reply) this.#replied.add(id);
    if (reply && before) announceReply(reply);
  }

  #replace(id) {
    const exchange = this.#talk.exchanges.get(id);
    if (!exchange) return;
    const old = this.#views.get(id);
    const focus = focusWithin(old);
    const glide = remember(old);
    const view = exchangeView(exchange, { ...this.#context, talk: this.#talk });
    this.#views.set(id, view);
    if (old) old.replaceWith(view);
    this.#putInOrder();
    const [first] = view.querySelectorAll('.card');
    if (first) first.tabIndex = 0;
    glide(view);
    if (focus) view.querySelector(focus)?.focus({ preventScroll: true });
  }

  /** Another page's message may have come in before one that this page was still sending. */
  #putInOrder() {
    const views = [...this.#talk.exchanges.keys()].flatMap((id) => this.#views.get(id) ?? []);
    views.forEach((view, at) => {
      if (this.#place.children[at] !== view) this.#place.insertBefore(view, this.#place.children[at] ?? null);
    });
  }

  #bringIntoView(id) {
    if (this.#place.lastElementChild !== this.#views.get(id)) return;
    this.#scrollTo(this.#views.get(id), 'smooth');
  }

  /** Not scrollIntoView: it would move the page around the talk, too. */
  #scrollTo(view, behavior) {
    if (view) this.#place.scrollTo({ top: view.offsetTop - 16, behavior });
  }

  #drawWelcome() {
    if (!this.#talk.isEmpty || this.#place.querySelector('.welcome')) return;
    this.#place.append(this.#talk.forgotten ? forgottenView(this.#context) : welcomeView(this.#context));
  }
}

/** Where the focus was, so that a page that is replaced under the user's hands does not take it away. */
function focusWithin(view) {
  const focused = document.activeElement;
  if (!view?.contains(focused)) return undefined;
  const card = focused.closest('.card');
  if (!card) return undefined;
  const inCard = focused === card ? '' : focused.dataset.act ? ` [data-act="${focused.dataset.act}"]` : '';
  return `.card[data-picture="${card.dataset.picture}"]${inCard}`;
}

function announceReply({ stage, answer, text, error, question }) {
  if (error) return announce(`${error.message} ${error.next}`);
  if (answer && stage === 'first') return announce(`First look: ${answer.cards.length} candidates.`);
  announce(
    [...text, answer && `${answer.cards.length} candidates.`, question?.question.text]
      .filter(Boolean)
      .join(' '),
  );
}
