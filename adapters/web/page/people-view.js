/** Several people in one picture: each a button on the picture, and in words below it. */
import { getJson, picturePath, pictureUrl } from './api.js';
import { h } from './dom.js';

export function peopleView({ frameId, people }, press) {
  const figure = h(
    'figure',
    {},
    h('img', { src: pictureUrl(frameId, 'large'), alt: `The picture, with ${people.length} people in it` }),
  );
  // Boxes are in pixels of the picture as it was sent; the one that is shown may be smaller.
  getJson(picturePath(frameId, 'measures')).then(
    ({ width, height }) => figure.append(...people.map((person) => box(person, width, height, press))),
    () => undefined,
  );
  return h(
    'div.people.stack',
    {},
    figure,
    h(
      'div.row',
      {},
      people.map(({ button }) => h('button.outlined', { onclick: () => press([button.act]) }, button.label)),
    ),
  );
}

function box({ number, box: { left, top, width, height }, button }, frameWidth, frameHeight, press) {
  const element = h(
    'button.person',
    { 'aria-label': button.label, title: button.label, onclick: () => press([button.act]) },
    h('span', { 'aria-hidden': 'true' }, number),
  );
  const share = (part, whole) => `${(part / whole) * 100}%`;
  element.style.left = share(left, frameWidth);
  element.style.top = share(top, frameHeight);
  element.style.width = share(width, frameWidth);
  element.style.height = share(height, frameHeight);
  return element;
}
