/** From the most likely first tokens that a server names to one log-probability an answer. */
import { ChatReidError } from '../../foundation/error.ts';

/** What servers return at most (OpenAI; vLLM by default), hence the most answers that can be told apart. */
export const maxTopLogprobs = 20;

export interface TokenLogprob {
  /** The token as text, perhaps with a leading space. */
  readonly token: string;
  readonly logprob: number;
}

/**
 * An answer takes the best of the tokens that are its whole text, with or without leading space; without one of these,
 * the best token that is a beginning of this answer and of no other (answers of several tokens).
 *
 * An answer that is not among the tokens is less likely than each of them, and nothing more is known of it: it gets
 * the smallest returned log-probability minus 1, behind all that were seen and level with the others unseen.
 *
 * @param top at least one token
 * @param server for the error's sentence
 * @returns one natural-log probability an answer
 * @throws ChatReidError REMOTE_PROTOCOL when none of the answers is among the tokens: nothing is known of any
 */
export function answerLogprobs(
  top: readonly TokenLogprob[],
  answers: readonly string[],
  server: string,
): number[] {
  const floor = Math.min(...top.map(({ logprob }) => logprob)) - 1;
  const whole = new Array<number>(answers.length).fill(Number.NEGATIVE_INFINITY);
  const begun = new Array<number>(answers.length).fill(Number.NEGATIVE_INFINITY);
  const texts = answers.map((answer) => answer.trimStart());
  for (const { token, logprob } of top) {
    const text = token.trimStart();
    if (!text) continue;
    const exact = texts.indexOf(text);
    if (exact >= 0) {
      whole[exact] = Math.max(whole[exact] ?? floor, logprob);
      continue;
    }
    const candidates = texts.flatMap((answer, i) => (answer.startsWith(text) ? [i] : []));
    const only = candidates.length === 1 ? candidates[0] : undefined;
    if (only !== undefined) begun[only] = Math.max(begun[only] ?? floor, logprob);
  }
  const best = answers.map((_, i) => (Number.isFinite(whole[i]) ? whole[i] : begun[i]) ?? floor);
  if (!best.some(Number.isFinite)) throw unansweredError(top, answers, server);
  return best.map((logprob) => (Number.isFinite(logprob) ? logprob : floor));
}

function unansweredError(
  top: readonly TokenLogprob[],
  answers: readonly string[],
  server: string,
): ChatReidError {
  const likeliest = top.reduce((best, each) => (each.logprob > best.logprob ? each : best));
  const begins = JSON.stringify(likeliest.token.slice(0, 40));
  return new ChatReidError(
    'REMOTE_PROTOCOL',
    `The model on ${server} did not answer the question: its reply begins with ${begins}, and none of ${answers.join(', ')} is among its likeliest beginnings.`,
    'If it is a model that thinks before it answers, have the server turn thinking off; otherwise use another model.',
  );
}

/**
 * The server's tokenizer is not at hand, so what is refused is what no tokenizer tells apart: equal answers, empty ones,
 * and answers with the same first word.
 *
 * @throws ChatReidError OPTION_INVALID
 */
export function checkAnswers(answers: readonly string[]): void {
  if (answers.length > maxTopLogprobs) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `A remote model can choose among ${maxTopLogprobs} answers at most, not ${answers.length}.`,
      'Ask about fewer candidates at a time.',
    );
  }
  const seen = new Map<string, string>();
  for (const answer of answers) {
    const first = answer.trimStart().match(/^(\p{L}+|\p{N}|\S)/u)?.[0];
    if (!first) throw new ChatReidError('OPTION_INVALID', 'An answer is empty.', 'Give each answer a text.');
    const other = seen.get(first);
    if (other !== undefined) {
      throw new ChatReidError(
        'OPTION_INVALID',
        `The answers “${other}” and “${answer}” begin with the same token.`,
        'Use answers that differ in their first word.',
      );
    }
    seen.set(first, answer);
  }
}
