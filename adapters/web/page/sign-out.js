/** Who is signed in, and the way out; nothing where nobody has to sign in. */
import { announce } from './announcer.js';
import { postJson } from './api.js';
import { fill, icon } from './dom.js';

/** @param {Promise<{ user: string, signedIn: boolean }>} start */
export function signOutButton(button, start) {
  const show = ({ user, signedIn }) => {
    const name = user.slice(user.indexOf(':') + 1);
    fill(button, icon('leave'), name === 'token' ? 'Sign out' : `Sign out ${name}`);
    button.hidden = !signedIn;
  };
  button.addEventListener('click', async () => {
    try {
      await postJson('sign-out', {});
      // Without the talk in its address: whoever signs in next has talks of their own.
      location.replace('/');
    } catch (error) {
      announce(`${error.message} ${error.next}`);
    }
  });
  start.then(show, () => undefined);
}
