/** What a backup says of talks that are not in the home folder. */
import { placeOf } from '../../conversation/storage/storage-failure.ts';
import type { Settings } from '../settings.ts';

/** @returns undefined where the talks are in the home folder */
export function remoteTalks({ stateUrl }: Settings): string | undefined {
  if (stateUrl === undefined || !URL.canParse(stateUrl)) return undefined;
  return `The talks in ${placeOf(stateUrl)} are not part of a backup: back that server up with its own tools.`;
}
