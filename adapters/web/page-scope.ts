/** Where and when is searched, as the form for it shows it. */
import type { DialogueState } from '../../src/conversation/dialogue-state.ts';
import { wallClock } from '../../src/foundation/site-time.ts';

export interface PageScope {
  /** Absent before the first message. */
  readonly gallery?: string;
  readonly cameras: readonly string[];
  readonly places: readonly string[];
  /** On the site's clock: `2026-05-12T16:00`. */
  readonly after?: string;
  readonly before?: string;
}

export function pageScope(state: DialogueState | undefined, timeZone: string): PageScope {
  if (state === undefined) return { cameras: [], places: [] };
  const { gallery, cameras, places, after, before } = state;
  return {
    gallery,
    cameras,
    places,
    ...(after === undefined ? {} : { after: formTime(after, timeZone) }),
    ...(before === undefined ? {} : { before: formTime(before, timeZone) }),
  };
}

function formTime(instant: string, timeZone: string): string {
  const { year, month, day, hour, minute } = wallClock(new Date(instant), timeZone);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
}
