/** What a page shows in place of a search that is somebody else's. */
import { h } from './dom.js';

export function refusedView({ message, next }, { newSearch }) {
  return h(
    'div.welcome.refused',
    {},
    h('h2', {}, message),
    h('p', {}, next),
    h('div.row', {}, h('button.outlined', { onclick: newSearch }, 'New search')),
  );
}
