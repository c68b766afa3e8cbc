/** Which of a server's models is asked. */
import OpenAI from 'openai';
import { ChatReidError } from '../../foundation/error.ts';
import { modelIds } from './chat-replies.ts';

/**
 * The wished model, or the only one there is. Some gateways have a chat API but no list of models: the wished one is
 * then taken at its word.
 *
 * @throws ChatReidError REMOTE_REFUSED, REMOTE_PROTOCOL, and what the client throws
 */
export async function servedModel(
  client: OpenAI,
  server: string,
  wished: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  let ids: string[];
  try {
    ids = modelIds(await client.get('/models', { signal }), server);
  } catch (error) {
    if (wished !== undefined && error instanceof OpenAI.NotFoundError) return wished;
    throw error;
  }
  const model = wished ?? (ids.length === 1 ? ids[0] : undefined);
  if (model !== undefined && ids.includes(model)) return model;
  throw new ChatReidError(
    'REMOTE_REFUSED',
    wished ? `The server ${server} does not serve “${wished}”.` : `Which model of ${server} is meant?`,
    `Choose one of: ${ids.slice(0, 10).join(', ') || '(it serves none)'}.`,
  );
}
