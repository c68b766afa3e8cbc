/** A prompt as the messages of the OpenAI chat API. */
import type {
  ChatCompletionContentPart,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { Picture } from '../../foundation/picture.ts';
import type { Prompt, Turn } from '../prompt.ts';
import { neutralizeControlTokens } from './control-tokens.ts';

/** Turns of words only have plain string content, which every server takes for every role. */
export async function chatMessages(
  prompt: Prompt,
  urlOf: (picture: Picture) => Promise<string>,
): Promise<ChatCompletionMessageParam[]> {
  return Promise.all(
    prompt.turns.map(async (turn): Promise<ChatCompletionMessageParam> => {
      const content = await contentOf(turn, urlOf);
      const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('');
      if (turn.role === 'system') return { role: 'system', content: text };
      if (turn.role === 'assistant') return { role: 'assistant', content: text };
      const words = content.every((part) => part.type === 'text');
      return { role: 'user', content: words ? text : content };
    }),
  );
}

/** Neighbouring texts become one: some servers put a line break between parts, and names must not be split over two. */
async function contentOf(
  turn: Turn,
  urlOf: (picture: Picture) => Promise<string>,
): Promise<ChatCompletionContentPart[]> {
  const content: ChatCompletionContentPart[] = [];
  let text = '';
  const flush = (): void => {
    if (text) content.push({ type: 'text', text: neutralizeControlTokens(text) });
    text = '';
  };
  for (const part of turn.parts) {
    if (part.type === 'text') {
      text += part.text;
    } else if (part.type === 'picture') {
      flush();
      content.push({ type: 'image_url', image_url: { url: await urlOf(part.picture) } });
    }
  }
  flush();
  return content;
}
