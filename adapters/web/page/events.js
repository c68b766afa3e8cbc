/** Follows a talk over server-sent events, through lost connections, from where it was. */
import { getJson } from './api.js';

const longestPause = 10_000;

/**
 * @param {import('./talk.js').Talk} talk
 * @param {(connected: boolean) => void} onConnection
 * @returns stops following
 */
export function follow(talk, onConnection) {
  let source;
  let lastId = '';
  let pause = 500;
  let timer;
  let stopped = false;

  const on = (kind, take) =>
    source.addEventListener(kind, (event) => {
      lastId = event.lastEventId;
      take(JSON.parse(event.data));
    });

  const open = () => {
    if (stopped) return;
    source = new EventSource(`/api/talks/${talk.id}/events${lastId === '' ? '' : `?last=${lastId}`}`);
    source.addEventListener('open', () => {
      pause = 500;
      onConnection(true);
    });
    source.addEventListener('error', () => {
      if (stopped) return;
      onConnection(false);
      // The browser gives up by itself where the server answers with an error, and waits as it likes where nobody does.
      source.close();
      clearTimeout(timer);
      timer = setTimeout(open, pause);
      // A stream says nothing of why it was refused.
      getJson(`talks/${talk.id}/scope`).catch((refused) => {
        if (refused.code !== 'TALK_UNKNOWN' || stopped) return;
        stop();
        onConnection(true);
        talk.refuse(refused);
      });
      pause = Math.min(longestPause, pause * 2);
    });
    on('snapshot', (whole) => talk.restore(whole));
    on('message', (message) => talk.takeMessage(message));
    on('reply', (reply) => talk.takeReply(reply));
    on('done', ({ to }) => talk.finish(to));
    on('forgotten', () => talk.forget());
    on('failed', ({ to, ...error }) => talk.fail(to, error));
  };

  const atOnce = () => {
    if (source.readyState === EventSource.OPEN) return;
    source.close();
    clearTimeout(timer);
    open();
  };
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    source.close();
    removeEventListener('online', atOnce);
  };
  addEventListener('online', atOnce);
  open();
  return stop;
}
