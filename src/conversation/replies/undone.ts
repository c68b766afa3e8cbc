/** What an `undo` took back, in one sentence. */
import { isDeepStrictEqual } from 'node:util';
import { type DialogueState, emptyState, pageLength } from '../dialogue-state.ts';
import { soughtOf } from '../fold.ts';
import { chipsOf } from './chips.ts';
import { sentences } from './sentences.ts';

/** More are counted. */
const most = 6;

/** @param now after the undo alone */
export function undoneSentence(before: DialogueState, now: DialogueState, timeZone: string): string {
  const [was, is] = [soughtOf(before), soughtOf(now)];
  if (isDeepStrictEqual(was, is)) {
    const anything = !isDeepStrictEqual(was, soughtOf(emptyState(before.gallery)));
    return anything ? sentences.undoneTooFar : sentences.nothingUndone;
  }
  const [had, has] = [partsOf(before, timeZone), partsOf(now, timeZone)];
  const gone = had.filter((part) => !has.includes(part));
  const back = has.filter((part) => !had.includes(part));
  const said = [
    ...(gone.length > 0 ? [`Taken back: ${listed(gone)}.`] : []),
    ...(back.length > 0 ? [`There again: ${listed(back)}.`] : []),
  ];
  if (said.length > 0) return said.join(' ');
  if (was.top === is.top) return 'The last change was taken back.';
  return `Taken back: "more". These are candidates ${is.top - pageLength + 1} to ${is.top} again.`;
}

/** As the chips call them, and what has no chip. */
function partsOf(state: DialogueState, timeZone: string): string[] {
  const { gallery, purpose } = state;
  return [
    ...chipsOf(state, timeZone).map(({ label }) => label),
    `gallery ${gallery}`,
    ...(purpose === undefined ? [] : [`purpose "${purpose}"`]),
  ];
}

function listed(parts: readonly string[]): string {
  const shown = parts.slice(0, most).join(', ');
  return parts.length > most ? `${shown} and ${parts.length - most} more` : shown;
}
