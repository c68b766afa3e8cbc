/** The menu at the side, which on a phone opens and closes. */
const side = document.getElementById('side');
const opener = document.getElementById('open-side');

function set(open) {
  side.toggleAttribute('data-open', open);
  opener.setAttribute('aria-expanded', String(open));
}

export const closeSide = () => set(false);

export function sideMenu() {
  opener.addEventListener('click', () => {
    set(true);
    side.querySelector('button, a').focus();
  });
  document.getElementById('close-side').addEventListener('click', () => {
    set(false);
    opener.focus();
  });
  document.getElementById('main').addEventListener('click', (event) => {
    if (!opener.contains(event.target)) set(false);
  });
}
