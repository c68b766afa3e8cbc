/** A candidate: its picture, how sure the number is, where and when, and what can be done with it. */
import { pictureUrl } from './api.js';
import { h, icon } from './dom.js';
import { showPicture } from './picture-dialog.js';

/** By act, because a label of 40 characters does not fit under a picture. */
const short = {
  choose: { icon: 'use', text: 'Use', full: (rank) => `Use #${rank} as query` },
  exclude: { icon: 'not', text: 'Not', full: (rank) => `Not this person: #${rank}` },
  why: { icon: 'why', text: 'Why', full: (rank) => `Why #${rank}?` },
};

export function cardView(card, { press, selection, best, bright }) {
  const { rank, pictureId, confidence, confidenceText, compared, camera, place, time, source } = card;
  const where = [camera && `Camera ${camera}`, place].filter(Boolean).join(' · ');
  const named = [`Rank ${rank}`, confidenceText, camera && `camera ${camera}`, place, time]
    .filter(Boolean)
    .join(', ');
  const open = () =>
    showPicture({
      pictureId,
      title: `Candidate ${rank}`,
      facts: [
        ['Confidence', `${confidenceText}${compared ? '' : ' (filter alone)'}`],
        ['Camera', camera],
        ['Place', place],
        ['Time', time],
        ['File', source],
      ],
      buttons: [
        ...card.buttons.map(({ label, act }) => ({ label, press: () => press([act]) })),
        {
          label: selection.has(pictureId) ? 'Do not compare' : 'Select to compare',
          press: () => selection.toggle(card),
        },
        { label: 'Describe', press: () => press([{ act: 'describe', picture: { pictureId } }]) },
      ],
    });
  const bar = h('span');
  bar.style.setProperty('--share', String(confidence));
  const pick = h('input', { type: 'checkbox', 'aria-label': `Select #${rank} to compare` });
  pick.checked = selection.has(pictureId);
  pick.addEventListener('change', () => selection.toggle(card));

  return h(
    'article.card',
    {
      tabindex: -1,
      'aria-label': named,
      data: { picture: pictureId, ...(bright ? { bright: '' } : {}), ...(best ? { best: '' } : {}) },
    },
    h(
      'button.picture',
      { onclick: open, 'aria-label': `Open #${rank}` },
      h('img', { src: pictureUrl(pictureId), alt: '', loading: 'lazy', decoding: 'async', onload: markWide }),
    ),
    h('span.rank', { 'aria-hidden': 'true' }, rank),
    h('label.pick', { title: 'Select to compare' }, pick),
    h(
      'p.sure',
      { title: compared ? 'Compared by the language model' : 'By the filter alone' },
      h('span.bar', { 'aria-hidden': 'true' }, bar),
      h('strong', {}, confidenceText),
    ),
    (where || time) &&
      h('p.where', {}, where && h('span', { title: where }, where), time && h('span', { title: time }, time)),
    h(
      'div.acts',
      {},
      card.buttons.map(({ label, act }) => {
        const known = short[act.act];
        return known
          ? h(
              'button',
              {
                'aria-label': known.full(rank),
                title: label,
                data: { act: act.act },
                onclick: () => press([act]),
              },
              icon(known.icon),
              h('span', {}, known.text),
            )
          : h('button', { 'aria-label': `${label}: #${rank}`, onclick: () => press([act]) }, label);
      }),
    ),
  );
}

/** A frame of a camera must not be cut to the shape of a person. */
function markWide({ target }) {
  if (target.naturalWidth > target.naturalHeight * 0.8) target.dataset.wide = '';
}
