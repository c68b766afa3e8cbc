/** The candidates of a search: all of them while it is the latest, a strip of small pictures afterwards. */
import { pictureUrl } from './api.js';
import { cardView } from './card-view.js';
import { counted, h, icon } from './dom.js';
import { showSheet } from './sheet.js';

const verdicts = { found: 'Found', unsure: 'Unsure', 'not-in-gallery': 'Probably not in this gallery' };

/** @param {Node | false} working shown beside it while the ranking is still to come */
export function verdictView(reply, working) {
  const { answer, line, stage } = reply;
  const title = stage === 'first' ? 'First look' : (verdicts[answer.decision] ?? answer.decision);
  return h(
    'div.verdict',
    { data: { decision: stage === 'first' ? '' : answer.decision } },
    h('h2', {}, title),
    line && h('p.line', {}, line),
    working,
  );
}

export function cardsView(reply, context) {
  const { answer, stage } = reply;
  const best = stage === 'final' && answer.decision === 'found';
  // Told apart only where both kinds are, or are still to come.
  const plain = stage === 'final' && !answer.cards.some(({ compared }) => compared);
  return h(
    'ol.cards',
    { 'aria-label': 'Candidates', data: context.selection.size > 0 ? { picking: '' } : {} },
    answer.cards.map((card) =>
      h(
        'li',
        {},
        cardView(card, { ...context, best: best && card.rank === 1, bright: plain || card.compared }),
      ),
    ),
  );
}

export function pastView(reply, context) {
  const { answer, line } = reply;
  const cards = cardsView(reply, context);
  return h(
    'details.past',
    {},
    h(
      'summary',
      {},
      h(
        'span.strip',
        {},
        answer.cards
          .slice(0, 5)
          .map(({ pictureId }) => h('img', { src: pictureUrl(pictureId), alt: '', loading: 'lazy' })),
      ),
      h('span', {}, `${counted(answer.cards.length, 'candidate')}${line ? ` for ${line}` : ''}`),
    ),
    cards,
  );
}

export function factsView({ answer, stage }) {
  const { kept, of, milliseconds, cards } = answer;
  const compared = cards.filter((card) => card.compared).length;
  return h(
    'p.facts',
    {},
    [
      `The filter kept ${kept.toLocaleString('en-US')} of ${counted(of, 'picture')}`,
      stage === 'final' && compared > 0 && `${compared} of these compared by the language model`,
      `${(milliseconds / 1000).toFixed(1)} s`,
    ]
      .filter(Boolean)
      .join(' · '),
  );
}

export function sheetButton(talk, reply) {
  return h(
    'button.outlined.quiet',
    { onclick: () => showSheet(talk, reply.to) },
    icon('sheet'),
    'Contact sheet',
  );
}
