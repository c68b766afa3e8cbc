/** Which of a server's tokens speaks for which answer. */
import { describe, expect, it } from 'vitest';
import { answerLogprobs, checkAnswers } from '../../../src/engine/remote/answer-logprobs.ts';

const server = 'http://gpu-box:8000/v1';
const top = (tokens: Record<string, number>) =>
  Object.entries(tokens).map(([token, logprob]) => ({ token, logprob }));

describe('answerLogprobs', () => {
  it('takes the better of a token with and without its space', () => {
    expect(answerLogprobs(top({ Yes: -2, ' Yes': -1, No: -0.5, ' No': -3 }), ['Yes', 'No'], server)).toEqual([
      -1, -0.5,
    ]);
  });

  it('is exact about case and about what follows', () => {
    expect(answerLogprobs(top({ yes: -0.1, Yes: -3, 'Yes,': -0.2 }), ['Yes', 'No'], server)).toEqual([
      -3, -4,
    ]);
  });

  it('gives an answer that was not named less than the least that was', () => {
    expect(answerLogprobs(top({ Yes: -0.1, The: -5, A: -7 }), ['Yes', 'No', 'Maybe'], server)).toEqual([
      -0.1, -8, -8,
    ]);
  });

  it('takes a beginning that only one answer has', () => {
    expect(
      answerLogprobs(top({ back: -1, hand: -2, b: -0.5 }), ['backpack', 'handbag', 'belt'], server),
    ).toEqual([-1, -2, -3]);
  });

  it('prefers the whole answer to a beginning of it', () => {
    expect(answerLogprobs(top({ Y: -0.1, Yes: -2 }), ['Yes', 'No'], server)).toEqual([-2, -3]);
  });

  it('counts an empty or blank token for nobody', () => {
    expect(answerLogprobs(top({ '': -0.1, ' ': -0.2, Yes: -2 }), ['Yes'], server)).toEqual([-2]);
  });

  it('is an error when no answer was named: nothing is known, and an even chance would be made up', () => {
    for (const tokens of [{ '<think>': -0.01 }, { Okay: -0.1, ' ': -3 }, { yes: -0.1, no: -3 }]) {
      expect(() => answerLogprobs(top(tokens), ['Yes', 'No'], server)).toThrow(
        expect.objectContaining({
          code: 'REMOTE_PROTOCOL',
          message: expect.stringContaining(`${server} did not answer`),
          next: expect.stringMatching(/thinking off/),
        }),
      );
    }
    expect(() => answerLogprobs(top({ '<think>': -0.01, Okay: -5 }), ['Yes'], server)).toThrow('"<think>"');
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
