/** What the bot asks back: one attribute that would split the candidates best. */
import type { AttributeName } from '../foundation/person-attributes.ts';

export interface Question {
  /** `backpack`, `top=red`: the same question has the same id, so that it is never asked twice. */
  readonly id: string;
  readonly name: AttributeName;
  readonly value: string;
  /** "Was the person carrying a backpack?" */
  readonly text: string;
  /** Bits of expected information over the shortlist. */
  readonly gain: number;
}
