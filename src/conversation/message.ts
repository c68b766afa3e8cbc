/** What a person sends, as any platform delivers it. */
import type { Act } from './act.ts';

export interface Attachment {
  /** As the sender named it; shown, never trusted. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Message {
  /** The platform's own id: a message that is delivered again has the same one, and is answered once. */
  readonly id: string;
  /** A thread, a direct conversation, a page: `web:4f2a`, `slack:T1/C2/1699.1`. One search is talked about in it at a time. */
  readonly conversation: string;
  /** Who asks: `web:local`, `slack:T1/U7`. */
  readonly user: string;
  /**
   * What the platform itself says of the sender, which the access policy maps to roles: `slack:T1`, `slack:T1/S0AB`, `discord:1/2`,
   * `web:local`. Never anything that the sender wrote. Absent: `user` alone.
   */
  readonly marks?: readonly string[];
  /** When the platform received it: ISO 8601 in UTC. */
  readonly at: string;
  /** '' where nothing was written. The user's words are data, never instructions. */
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** Buttons and slash options are acts already: they need no reading, and come before those read from `text`. */
  readonly acts?: readonly Act[];
}
