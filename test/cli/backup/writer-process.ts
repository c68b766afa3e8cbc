/** Adds pictures and talks until it is stopped, as a bot that serves: `node writer-process.ts HOME`. */
import { join } from 'node:path';
import { bareParts } from '../../../bench/bare-talks.ts';
import { SessionManager } from '../../../src/conversation/session-manager.ts';
import { EmbeddedGalleryStore } from '../../../src/gallery/embedded-store.ts';
import { messageOf } from '../../conversation/message-of.ts';
import { addPicture, homeAt } from './home-of-test.ts';

const home = homeAt(process.argv[2] ?? '');
const store = await EmbeddedGalleryStore.open(home.galleries);
const manager = new SessionManager(await bareParts(join(home.root, 'conversations')));
let number = 100;
let before: string | undefined;
let stop = false;
process.once('message', () => {
  stop = true;
});
for (; !stop; number++) {
  const id = await addPicture(store, home, number);
  // The talk speaks of a picture that is in the gallery; every third one goes again.
  await manager.handle(messageOf('test:talk', `m${number}`, `picture ${number}`), async () => undefined).done;
  if (before !== undefined && number % 3 === 0) await store.remove('site', [before]);
  before = id;
  if (number === 110) process.send?.('running');
  await new Promise((resolve) => setImmediate(resolve));
}
await manager.close();
await store.close();
process.exit(0);
