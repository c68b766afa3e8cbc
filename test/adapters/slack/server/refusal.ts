/** An answer of the Web API with `ok: false`. */
import type { JsonObject } from './json.ts';

export class Refusal extends Error {
  /** @param code as Slack names it: `channel_not_found` @param messages for response_metadata */
  constructor(
    readonly code: string,
    readonly messages: readonly string[] = [],
    readonly more: JsonObject = {},
  ) {
    super(`${code} ${messages.join('; ')}`.trim());
  }

  body(): JsonObject {
    return {
      ok: false,
      error: this.code,
      ...(this.messages.length > 0
        ? { errors: this.messages, response_metadata: { messages: this.messages } }
        : {}),
      ...this.more,
    };
  }
}
