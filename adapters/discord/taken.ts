/** An event as the journal keeps it: what Discord sent, and what it was understood to ask for. */
import {
  type DiscordInteraction,
  type DiscordMessage,
  interactionSchema,
  messageSchema,
} from './payloads.ts';
import type { Plan } from './plan.ts';

export type Taken =
  | { readonly kind: 'message'; readonly data: DiscordMessage; readonly opens: boolean }
  | { readonly kind: 'interaction'; readonly data: DiscordInteraction; readonly plan: Plan };

/** @returns undefined for what another version has left, in another layout */
export function takenOf(event: unknown): Taken | undefined {
  const { kind, data, opens, plan } = (event ?? {}) as Partial<Record<string, unknown>>;
  if (kind === 'message') {
    const message = messageSchema.safeParse(data).data;
    return message && { kind, data: message, opens: opens === true };
  }
  if (kind === 'interaction') {
    const interaction = interactionSchema.safeParse(data).data;
    const known = plan as Plan | undefined;
    return interaction && known?.kind ? { kind, data: interaction, plan: known } : undefined;
  }
  return undefined;
}
