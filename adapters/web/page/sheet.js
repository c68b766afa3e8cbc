/** The contact sheet of an answer: to be looked at, and to be saved. */
import { openDialog } from './dialog.js';
import { fill, h, icon } from './dom.js';

export function showSheet(talk, message) {
  const url = `/api/talks/${talk}/sheets/${message}`;
  const { body } = openDialog('Contact sheet', { large: true });
  const trouble = () =>
    fill(body, h('p.error-text', {}, 'The contact sheet cannot be drawn any more. Search again.'));
  fill(
    body,
    h(
      'a.button.primary',
      { href: `${url}?save`, download: 'contact-sheet.png' },
      icon('save'),
      'Save as PNG',
    ),
    h('img.sheet', {
      src: url,
      alt: 'All candidates on one sheet, with rank, confidence, camera and time',
      onerror: trouble,
    }),
  );
  body.querySelector('a').style.justifySelf = 'start';
}
