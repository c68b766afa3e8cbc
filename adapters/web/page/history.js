/** Earlier searches, the latest first: each can be opened again, or forgotten. */
import { announce } from './announcer.js';
import { getJson, pictureUrl, request } from './api.js';
import { confirmed } from './dialog.js';
import { fill, h, icon } from './dom.js';

export function historyList(place, { current, onForgotten }) {
  const refresh = async () => {
    const talks = await getJson('talks').catch(() => undefined);
    if (talks === undefined) return;
    fill(place, talks.length === 0 ? h('li', {}, h('p.soft.empty', {}, '')) : talks.map(item));
  };
  const item = ({ talk, line, at, asked, pictureId }) => {
    const here = talk === current();
    const name = asked || line || 'A talk';
    const about = asked && line && line !== `"${asked}"` ? line : '';
    const forget = async () => {
      const sure = await confirmed(
        'Forget this search?',
        `“${name}”: its messages, pictures and answers are removed for good.`,
        'Forget it',
      );
      if (!sure) return;
      const gone = await request(`talks/${talk}`, { method: 'DELETE' }).catch((error) =>
        announce(`${error.message} ${error.next}`),
      );
      if (gone) onForgotten(talk);
      await refresh();
    };
    return h(
      'li',
      { data: here ? { current: '' } : {} },
      h(
        'a',
        {
          href: `#${talk}`,
          title: [name, about].filter(Boolean).join('\n'),
          ...(here ? { 'aria-current': 'page' } : {}),
        },
        pictureId &&
          h('img', {
            src: pictureUrl(pictureId, 'card', talk),
            alt: '',
            onerror: ({ target }) => target.remove(),
          }),
        h(
          'span.text',
          {},
          h('span.what', {}, name),
          h('span.when', {}, [when(at), about].filter(Boolean).join(' · ')),
        ),
      ),
      h(
        'button.icon-button',
        { 'aria-label': `Forget ${name}`, title: 'Forget', onclick: forget },
        icon('trash'),
      ),
    );
  };
  return { refresh };
}

function when(at) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '';
  const today = date.toDateString() === new Date().toDateString();
  return date.toLocaleString(
    'en-GB',
    today
      ? { hour: '2-digit', minute: '2-digit' }
      : { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  );
}
