/** A reply to a message, from the parts that it has. */
import type { Reply } from '../reply.ts';

type Required = 'key' | 'conversation' | 'to' | 'stage';

export function replyTo(
  message: { readonly id: string; readonly conversation: string },
  stage: Reply['stage'],
  parts: Partial<Omit<Reply, Required>>,
): Reply {
  return {
    key: `${message.id}#${stage}`,
    conversation: message.conversation,
    to: message.id,
    stage,
    text: [],
    chips: [],
    buttons: [],
    notes: [],
    ...parts,
  };
}
