/** The parts of a server's replies that are used, checked before they are trusted. */
import { z } from 'zod';
import type { TokenLogprob } from './answer-logprobs.ts';
import { protocolError } from './remote-errors.ts';

const usage = z.object({ total_tokens: z.number() }).nullish();
const topLogprobs = z.array(z.object({ token: z.string(), logprob: z.number() }));
const completion = z.object({
  choices: z.array(
    z.object({
      logprobs: z.object({ content: z.array(z.object({ top_logprobs: topLogprobs })) }),
    }),
  ),
  usage,
});
const chunk = z.object({
  choices: z.array(
    z.object({
      delta: z.object({ content: z.string().nullish() }).nullish(),
      finish_reason: z.string().nullish(),
    }),
  ),
  usage,
});
const modelList = z.object({ data: z.array(z.object({ id: z.string() })) });

/**
 * @returns the likeliest first tokens, at least one
 * @throws ChatReidError REMOTE_PROTOCOL
 */
export function firstTokens(reply: unknown, server: string): { top: TokenLogprob[]; tokens: number } {
  const { data } = completion.safeParse(reply);
  const top = data?.choices[0]?.logprobs.content[0]?.top_logprobs.filter(({ logprob }) =>
    Number.isFinite(logprob),
  );
  if (!top || top.length === 0) throw protocolError('it gives no log-probabilities', server);
  return { top, tokens: data?.usage?.total_tokens ?? 0 };
}

/** @throws ChatReidError REMOTE_PROTOCOL */
export function replyPiece(
  raw: unknown,
  server: string,
): { text: string; finished: boolean; tokens: number } {
  const { data } = chunk.safeParse(raw);
  if (!data) throw protocolError('its reply is not a stream of words', server);
  const [choice] = data.choices;
  return {
    text: choice?.delta?.content ?? '',
    finished: Boolean(choice?.finish_reason),
    tokens: data.usage?.total_tokens ?? 0,
  };
}

/** @throws ChatReidError REMOTE_PROTOCOL */
export function modelIds(raw: unknown, server: string): string[] {
  const { data } = modelList.safeParse(raw);
  if (!data) throw protocolError('it does not list its models', server);
  return data.data.map(({ id }) => id);
}
