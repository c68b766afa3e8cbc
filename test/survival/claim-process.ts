/** A process that answers talks of a home folder until it is ended: `node claim-process.ts HOME`. */
import { HomeClaim } from '../../src/cli/home-claim.ts';

const claim = await HomeClaim.take(
  process.argv[2] ?? '',
  'chatreid serve',
  new Date('2026-11-29T08:15:00.000Z'),
);
process.send?.('taken');
setInterval(() => claim, 1000);
