/** A reply as the page gets it: without the paths of this machine, and without candidates that have no card. */
import type { Answer, Reply } from '../../src/conversation/reply.ts';

export interface PageAnswer extends Omit<Answer, 'result'> {
  readonly decision: Answer['result']['decision'];
  readonly sentence: string;
  readonly mode: Answer['result']['mode'];
  readonly kept: number;
  readonly of: number;
  readonly milliseconds: number;
}

export interface PageReply extends Omit<Reply, 'answer' | 'error' | 'of'> {
  readonly answer?: PageAnswer;
  readonly error?: { readonly code: string; readonly message: string; readonly next: string };
}

export function pageReply(reply: Reply): PageReply {
  const { answer, error, of: _, ...rest } = reply;
  return {
    ...rest,
    ...(answer === undefined ? {} : { answer: pageAnswer(answer) }),
    ...(error === undefined ? {} : { error: { code: error.code, message: error.message, next: error.next } }),
  };
}

function pageAnswer({ result, ...answer }: Answer): PageAnswer {
  const { decision, decisionDetail, mode, filter, timings } = result;
  return {
    ...answer,
    decision,
    sentence: decisionDetail.sentence,
    mode,
    kept: filter.kept,
    of: filter.of,
    milliseconds: timings.total,
  };
}
