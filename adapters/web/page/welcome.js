/** What a newcomer sees: what this is for, and something to try. */
import { h } from './dom.js';

const fragments = [
  'a woman in a yellow skirt',
  'man with a red top and a backpack',
  'someone in a green jacket, long hair',
];

export function welcomeView({ start, tryExample, sayWords }) {
  const view = h(
    'div.welcome',
    {},
    h('h2', {}, 'Whom are you looking for?'),
    h(
      'p',
      {},
      'Drop a picture of the person, or say what you remember. Then go on talking: “not 2”, “only camera 3, in the afternoon”, “use 1”, “why?”.',
    ),
  );
  start.then(
    ({ examples }) => {
      if (examples.length > 0) {
        view.append(
          h('h3', {}, 'Try one of these people; other cameras have seen them'),
          h(
            'div.tries',
            {},
            examples.map((title, number) =>
              h(
                'button.try',
                { 'aria-label': `Search for: ${title}`, title, onclick: () => tryExample(number) },
                h('img', { src: `/api/examples/${number}`, alt: '' }),
              ),
            ),
          ),
        );
      }
      view.append(
        h('h3', {}, 'Or in words'),
        h(
          'div.row',
          {},
          fragments.map((words) => h('button.outlined', { onclick: () => sayWords(words) }, words)),
        ),
      );
    },
    () => undefined,
  );
  return view;
}
