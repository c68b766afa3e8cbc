/** Which of a server's tokens speaks for which answer. */
import { describe, expect, it } from 'vitest';
import { answerLogprobs, checkAnswers } from '../../../src/engine/remote/answer-logprobs.ts';

const top = (tokens: Record<string, number>) =>
  Object.entries(tokens).map(([token, logprob]) => ({ token, logprob }));

describe('answerLogprobs', () => {
  it('takes the better of a token with and without its space', () => {
    expect(answerLogprobs(top({ Yes: -2, ' Yes': -1, No: -0.5, ' No': -3 }), ['Yes', 'No'])).toEqual([
      -1, -0.5,
    ]);
  });

  it('is exact about case and about what follows', () => {
    expect(answerLogprobs(top({ yes: -0.1, Yes: -3, 'Yes,': -0.2 }), ['Yes', 'No'])).toEqual([-3, -4]);
  });

  it('gives an answer that was not named less than the least that was', () => {
    expect(answerLogprobs(top({ Yes: -0.1, The: -5, A: -7 }), ['Yes', 'No', 'Maybe'])).toEqual([
      -0.1, -8, -8,
    ]);
  });

  it('takes a beginning that only one answer has', () => {
    expect(answerLogprobs(top({ back: -1, hand: -2, b: -0.5 }), ['backpack', 'handbag', 'belt'])).toEqual([
      -1, -2, -3,
    ]);
  });

  it('prefers the whole answer to a beginning of it', () => {
    expect(answerLogprobs(top({ Y: -0.1, Yes: -2 }), ['Yes', 'No'])).toEqual([-2, -3]);
  });

  it('counts an empty or blank token for nobody', () => {
    expect(answerLogprobs(top({ '': -0.1, ' ': -0.2, Yes: -2 }), ['Yes'])).toEqual([-2]);
  });
});

describe('checkAnswers', () => {
  it.each([[['Yes', 'No']], [['A', 'B', 'AB']], [['1', '2']], [['red cap', 'blue cap']]])(
    'takes %j',
    (answers) => {
      expect(() => checkAnswers(answers)).not.toThrow();
    },
  );

  it.each([[['A', 'A']], [['A', ' A']], [['Yes', 'Yes sir']], [['1', '12']], [['', 'A']], [[' ']]])(
    'refuses %j',
    (answers) => {
      expect(() => checkAnswers(answers)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    },
  );
});
