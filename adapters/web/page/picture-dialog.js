/** One picture, large, with what is known of it. */
import { pictureUrl } from './api.js';
import { openDialog } from './dialog.js';
import { fill, h } from './dom.js';

/**
 * @param {{ pictureId: string, title: string, facts?: [string, string | undefined][],
 *   buttons?: { label: string, press: () => void }[] }} picture
 */
export function showPicture({ pictureId, title, facts = [], buttons = [] }) {
  const { body, close } = openDialog(title);
  const known = facts.filter(([, value]) => value);
  const pressing = (press) => () => {
    close();
    press();
  };
  fill(
    body,
    h(
      'div.portrait',
      {},
      h('img', { src: pictureUrl(pictureId, 'large'), alt: title }),
      h(
        'div.side',
        {},
        known.length > 0 &&
          h(
            'dl',
            {},
            known.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]),
          ),
        buttons.length > 0 &&
          h(
            'div.stack',
            {},
            buttons.map(({ label, press }) => h('button.outlined', { onclick: pressing(press) }, label)),
          ),
      ),
    ),
  );
}
