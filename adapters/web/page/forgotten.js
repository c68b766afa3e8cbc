/** What a page shows in place of a search that was forgotten somewhere else: in another tab, or on another device. */
import { h } from './dom.js';

export const forgottenSentence = 'This search was forgotten. Its messages, pictures and answers are gone.';

export function forgottenView({ newSearch }) {
  return h(
    'div.welcome.forgotten',
    {},
    h('h2', {}, 'This search was forgotten'),
    h(
      'p',
      {},
      'In another tab or on another device. Its messages, pictures and answers are removed for good. What you say now begins a new search.',
    ),
    h('div.row', {}, h('button.outlined', { onclick: newSearch }, 'New search')),
  );
}
