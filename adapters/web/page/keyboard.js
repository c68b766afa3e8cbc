/** Everything by keys: the arrows move between candidates, single letters act on the one that has the focus. */
import { openDialog } from './dialog.js';
import { fill, h } from './dom.js';

const table = [
  ['Enter', 'Send the message; with Shift a new line'],
  ['/', 'Go to the message field'],
  ['← → ↑ ↓', 'Move between candidates'],
  ['Enter', 'On a candidate: open its picture'],
  ['u', 'Use it as query'],
  ['n', 'Not this person'],
  ['w', 'Why is it here?'],
  ['c', 'Select it to compare'],
  ['m', 'More candidates'],
  ['z', 'Undo'],
  ['?', 'This list'],
  ['Esc', 'Close what is open'],
];

export function showKeys() {
  const { body } = openDialog('Keys');
  fill(
    body,
    h(
      'dl.key-table',
      {},
      table.map(([key, does]) => [h('dt', {}, h('kbd', {}, key)), h('dd', {}, does)]),
    ),
  );
}

/** @param {{ cards: () => HTMLElement[], focusComposer: () => void, press: (acts: object[]) => void, leave: (field?: HTMLElement) => void }} context */
export function listenToKeys({ cards, focusComposer, press, leave }) {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector('dialog[open]')) return;
    const { target, key } = event;
    const writing = target.matches('textarea, select, input:not([type=checkbox])');
    if (key === 'Escape') return leave(writing ? target : undefined);
    if (writing) return;
    const general = {
      '/': focusComposer,
      '?': showKeys,
      m: () => press([{ act: 'more' }]),
      z: () => press([{ act: 'undo' }]),
    }[key];
    const card = target.closest('.card');
    const onCard = card && actOnCard(card, key);
    const moved =
      general || onCard || (key.startsWith('Arrow') && (card || target.matches('body, #transcript')));
    if (!moved) return;
    event.preventDefault();
    if (general) general();
    else if (onCard) onCard();
    else move(cards(), card, key);
  });
}

function actOnCard(card, key) {
  const act = { u: 'choose', n: 'exclude', w: 'why' }[key];
  if (act) return () => card.querySelector(`[data-act="${act}"]`)?.click();
  if (key === 'c') return () => card.querySelector('.pick input')?.click();
  if (key === 'Enter' && document.activeElement === card) return () => card.querySelector('.picture').click();
  return undefined;
}

function move(cards, from, key) {
  if (cards.length === 0) return;
  const at = cards.indexOf(from);
  const next = at < 0 ? 0 : at + step(cards, key);
  const card = cards[next];
  if (!card) return;
  for (const other of cards) other.tabIndex = other === card ? 0 : -1;
  card.focus();
}

function step(cards, key) {
  const columns = cards.filter(({ offsetTop }) => offsetTop === cards[0].offsetTop).length;
  return { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key] ?? 0;
}
