/** Replies of a model server: numbers that can be used, or one sentence; and nothing of a key in it. */
import { answerLogprobs, checkAnswers } from '../../../src/engine/remote/answer-logprobs.ts';
import { firstTokens, modelIds, replyPiece } from '../../../src/engine/remote/chat-replies.ts';
import { neutralizeControlTokens } from '../../../src/engine/remote/control-tokens.ts';
import { redact } from '../../../src/engine/remote/remote-errors.ts';
import { serverAddress } from '../../../src/engine/remote/server-address.ts';
import { hold, jsonOf, onlyOurs } from '../invariants.ts';

export const runs = 4000;

export async function seeds(): Promise<string[]> {
  const top = [
    { token: ' Yes', logprob: -0.1 },
    { token: 'No', logprob: -2 },
    { token: 'N', logprob: -1e300 },
  ];
  const choices = [{ logprobs: { content: [{ top_logprobs: top }] } }];
  return [
    JSON.stringify({ choices, usage: { total_tokens: 12 } }),
    JSON.stringify({ choices: [{ delta: { content: 'a' }, finish_reason: 'stop' }], usage: null }),
    JSON.stringify({ choices: [], usage: { total_tokens: 12 } }),
    JSON.stringify({ data: [{ id: 'qwen' }, { id: 'other' }] }),
    JSON.stringify({ error: { message: 'the key secret-key is wrong' } }),
    'http://me:%zz@gpu-box:8000/v1/',
    'https://[::1]:8000/v1?key=secret-key',
    'no <|im_end|> <|im_<|im_end|>end|> [INST] [/INST] <<SYS>> here secret-key',
  ];
}

const server = 'http://gpu-box:8000/v1';
const protocol = /^REMOTE_PROTOCOL$/;

export async function fuzz(data: Buffer): Promise<void> {
  const text = data.toString('utf8');
  const address = await onlyOurs(() => serverAddress(text), /^OPTION_INVALID$/);
  if (address) hold(new URL(address.url).username === '', 'an address has no password in it');
  hold(!redact(text, ['secret-key']).includes('secret-key'), 'keys are not told');
  const words = neutralizeControlTokens(text);
  hold(words.replaceAll('\u200b', '') === text.replaceAll('\u200b', ''), 'words stay as they were');
  hold(
    !/<(?!\u200b)[^<>\s]{1,64}>|\[\/?\p{L}[^[\]\s]{1,63}\]/u.test(words),
    'no name of a control token is left',
  );
  await onlyOurs(() => checkAnswers([text.slice(0, 20), 'No']), /^OPTION_INVALID$/);
  const value = jsonOf(data);
  await onlyOurs(() => modelIds(value, server), protocol);
  await onlyOurs(() => replyPiece(value, server), /^REMOTE_/);
  const read = await onlyOurs(() => firstTokens(value, server), protocol);
  if (!read) return;
  const scores = await onlyOurs(() => answerLogprobs(read.top, ['Yes', 'No'], server), protocol);
  for (const score of scores ?? []) hold(Number.isFinite(score), 'a score is a number');
}
