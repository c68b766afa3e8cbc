/** Puts the page together. */
import { ApiError, getJson, lookInto, postJson } from './api.js';
import { compareBar } from './compare-bar.js';
import { composer } from './composer.js';
import { fill, icon } from './dom.js';
import { follow } from './events.js';
import { browseGalleries } from './gallery.js';
import { historyList } from './history.js';
import { listenToKeys, showKeys } from './keyboard.js';
import { send } from './outbox.js';
import { restrict } from './restrictions.js';
import { Selection } from './selection.js';
import { closeSide, sideMenu } from './side.js';
import { signOutButton } from './sign-out.js';
import { soFar } from './so-far.js';
import { Talk } from './talk.js';
import { themeSwitch } from './theme-switch.js';
import { Transcript } from './transcript.js';

const at = (id) => document.getElementById(id);
const start = getJson('start');
const selection = new Selection();
let talk;
let unfollow = () => undefined;

const press = (acts) => say('', [], acts);
const stop = () => postJson(`talks/${talk.id}/cancel`, {}).catch(() => undefined);
let user;
start.then(
  (told) => {
    user = told.user;
    transcript.redraw();
  },
  () => undefined,
);
const context = {
  start,
  me: () => user,
  press,
  stop,
  selection,
  say: (text, pictures) => say(text, pictures, []),
  sayWords: (words) => say(words, [], []),
  newSearch,
  restrict: () => restrict(talk.id, press),
  tryExample: async (number) => {
    const blob = await (await fetch(`/api/examples/${number}`)).blob();
    say('', [{ name: 'example.jpg', blob, url: URL.createObjectURL(blob) }], []);
  },
};
const transcript = new Transcript(at('transcript'), context);
const field = composer(context);
const chips = soFar(context);
const searches = historyList(at('history'), {
  current: () => talk?.id,
  onForgotten: (id) => id === talk.id && openTalk(crypto.randomUUID()),
});

async function say(text, pictures, acts) {
  const id = crypto.randomUUID();
  const here = talk;
  const local = pictures.map(({ url, name }) => ({ url, name }));
  here.takeMessage(
    { id, at: new Date().toISOString(), text, acts, pictures: [], notes: [], local },
    'sending',
  );
  if (location.hash.slice(1) !== here.id) history.replaceState(null, '', `#${here.id}`);
  try {
    await send(here.id, { id, text, acts, pictures }, (waiting) =>
      here.sendingState(id, waiting ? 'waiting' : undefined),
    );
  } catch (error) {
    here.fail(id, error instanceof ApiError ? error : { message: String(error), next: 'Reload the page.' });
    // What was written is not lost; pictures that are at fault stay out.
    if (text !== '' || pictures.length > 0)
      field.restore(
        text,
        pictures.filter(({ name }) => !error.message.startsWith(`${name}:`)),
      );
  }
}

function openTalk(id) {
  unfollow();
  lookInto(id);
  talk = new Talk(id);
  selection.clear();
  transcript.show(talk);
  chips.show(talk);
  const here = talk;
  here.addEventListener('changed', ({ detail }) => {
    if (here !== talk) return;
    chips.show(here);
    if (here.exchanges.get(detail)?.done) searches.refresh();
  });
  here.addEventListener('forgotten', () => {
    if (here !== talk) return;
    selection.clear();
    chips.show(here);
    searches.refresh();
  });
  unfollow = follow(here, (connected) => {
    const line = at('connection');
    line.hidden = connected;
    line.textContent = connected ? '' : 'The connection is lost. Trying again …';
  });
  searches.refresh();
  closeSide();
}

function newSearch() {
  history.pushState(null, '', location.pathname);
  openTalk(crypto.randomUUID());
  field.focus();
}

function openFromAddress() {
  const id = location.hash.slice(1);
  const known = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
  if (known && id === talk?.id) return;
  openTalk(known ? id : crypto.randomUUID());
}

fill(at('new-search'), icon('plus'), 'New search');
fill(at('open-galleries'), icon('grid'), 'Galleries');
fill(at('open-keys'), icon('keys'), 'Keys');
fill(at('open-side'), icon('menu'));
fill(at('close-side'), icon('close'));
at('dock').append(compareBar(selection, press), chips.place, field.place);
at('new-search').addEventListener('click', newSearch);
at('open-keys').addEventListener('click', showKeys);
at('open-galleries').addEventListener('click', () => {
  closeSide();
  browseGalleries(context);
});
selection.addEventListener('changed', () => transcript.redraw());
themeSwitch(at('switch-theme'));
signOutButton(at('sign-out'), start);
sideMenu();
listenToKeys({
  cards: () => transcript.cards,
  focusComposer: field.focus,
  press,
  leave: (writing) => {
    closeSide();
    if (writing) writing.blur();
    else selection.clear();
  },
});
addEventListener('hashchange', openFromAddress);
addEventListener('popstate', openFromAddress);
openFromAddress();
if (matchMedia('(hover: hover)').matches) field.focus();
