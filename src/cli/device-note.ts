/** A sentence for whoever asked for a GPU and does not get it. */
import type { Encoder } from '../engine/encoder.ts';
import type { Settings } from './settings.ts';

/** @returns undefined where cuda was not asked for by name, or is used */
export async function deviceNote(settings: Settings, encoder: Encoder): Promise<string | undefined> {
  if (settings.device !== 'cuda') return undefined;
  const { device, deviceNote: note } = await encoder.describeEncoder();
  return device === 'cuda' ? undefined : (note ?? `cuda could not be used; running on ${device}.`);
}
