/** What can be asked about the cards that are selected. */
import { pictureUrl } from './api.js';
import { fill, h } from './dom.js';

export function compareBar(selection, press) {
  const bar = h('div.compare-bar', { role: 'group', 'aria-label': 'Selected cards', hidden: true });
  const show = () => {
    const { cards } = selection;
    bar.hidden = cards.length === 0;
    const [first, second] = cards.map(({ pictureId }) => ({ pictureId }));
    const ask = (act) => () => {
      press([{ act, first, second }]);
      selection.clear();
    };
    const use = () => {
      press([{ act: 'verify', first, second: { query: true } }]);
      selection.clear();
    };
    fill(
      bar,
      h(
        'span.faces',
        {},
        cards.map(({ pictureId, rank }) => h('img', { src: pictureUrl(pictureId), alt: `#${rank}` })),
      ),
      h(
        'p',
        {},
        cards.length === 2
          ? `#${cards[0].rank} and #${cards[1].rank}`
          : `#${cards[0]?.rank}: select one more, or hold it against the query`,
      ),
      cards.length === 2
        ? [
            h('button.primary', { onclick: ask('compare') }, 'Compare'),
            h('button.primary', { onclick: ask('verify') }, 'Same person?'),
          ]
        : h('button.outlined', { onclick: use }, 'Same as the query?'),
      h('button.quiet', { onclick: () => selection.clear() }, 'Clear'),
    );
  };
  selection.addEventListener('changed', show);
  return bar;
}
