/** Sends a message until the server has it: always with the same id, so that it is taken in once. */
import { request } from './api.js';

const longestPause = 8000;

/**
 * @param {string} talk
 * @param {{ id: string, text: string, acts: object[], pictures: { name: string, blob: Blob }[] }} message
 * @param {(waiting: boolean) => void} onWaiting whether it waits for the connection to come back
 * @returns {Promise<{ notes: string[] }>}
 * @throws {ApiError} for what will not get better by sending it again
 */
export async function send(talk, { id, text, acts, pictures }, onWaiting) {
  for (let pause = 400; ; pause = Math.min(longestPause, pause * 2)) {
    const form = new FormData();
    form.set('id', id);
    form.set('text', text);
    if (acts.length > 0) form.set('acts', JSON.stringify(acts));
    for (const { name, blob } of pictures) form.append('pictures', blob, name);
    try {
      const response = await request(`talks/${talk}/messages`, { method: 'POST', body: form });
      onWaiting(false);
      return await response.json();
    } catch (error) {
      if (!error.passes) throw error;
      onWaiting(true);
      await untilLater(pause);
    }
  }
}

function untilLater(pause) {
  return new Promise((resolve) => {
    setTimeout(resolve, pause);
    addEventListener('online', resolve, { once: true });
  });
}
