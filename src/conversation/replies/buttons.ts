/** Buttons beside the cards. */
import type { Question } from '../question.ts';
import type { Button, Reply } from '../reply.ts';

export const moreButton: Button = { label: 'More', act: { act: 'more' } };
export const undoButton: Button = { label: 'Undo', act: { act: 'undo' } };
export const resetButton: Button = { label: 'Start over', act: { act: 'reset' } };
export const helpButton: Button = { label: 'Help', act: { act: 'help' } };

/** @param more whether there are further candidates; @param searching whether anybody is searched for */
export function buttonsBeside(more: boolean, searching: boolean): Button[] {
  return [...(more ? [moreButton] : []), ...(searching ? [undoButton, resetButton] : []), helpButton];
}

export function questionWithButtons(question: Question): NonNullable<Reply['question']> {
  const { id } = question;
  return {
    question,
    buttons: [
      { label: 'Yes', act: { act: 'answer', question: id, value: 'yes' } },
      { label: 'No', act: { act: 'answer', question: id, value: 'no' } },
      { label: "Don't know", act: { act: 'answer', question: id, value: 'unknown' } },
    ],
  };
}
