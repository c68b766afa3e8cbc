/** Everything that the product writes, as the crash matrix plays it. */
import type { Operation } from './operation.ts';
import { cacheAndResultOperations } from './operations/cache-and-result-operations.ts';
import { galleryOperations } from './operations/gallery-operations.ts';
import { talkOperations } from './operations/talk-operations.ts';
import { trailOperations } from './operations/trail-operations.ts';

export const operations: readonly Operation[] = [
  ...galleryOperations,
  ...talkOperations,
  ...trailOperations,
  ...cacheAndResultOperations,
];
