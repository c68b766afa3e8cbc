/** The search as it stands: every part a chip that can be taken away. */
import { pictureUrl } from './api.js';
import { fill, h, icon } from './dom.js';

export function soFar({ press, restrict }) {
  const place = h('div.so-far', { role: 'group', 'aria-label': 'The search so far' });
  const restrictButton = h('button.quiet', { onclick: restrict }, icon('filter'), 'Restrict');
  const show = (talk) => {
    const chips = talk.latestReply?.chips ?? [];
    fill(
      place,
      chips.map((chip) => chipView(chip, press)),
      restrictButton,
    );
  };
  return { place, show };
}

function chipView({ label, act }, press) {
  const pictured =
    act.act === 'lift' &&
    (act.part === 'pictures' || act.part === 'exclusions') &&
    /^[0-9a-f]{64}$/.test(act.value ?? '');
  return h(
    'span.chip',
    { data: { part: act.part ?? '' } },
    pictured && h('img', { src: pictureUrl(act.value), alt: '', onerror: ({ target }) => target.remove() }),
    h('span', { title: label }, pictured && act.part === 'exclusions' ? 'not this one' : label),
    h('button', { 'aria-label': `Remove ${label}`, onclick: () => press([act]) }, icon('close')),
  );
}
