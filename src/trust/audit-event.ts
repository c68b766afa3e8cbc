/** What the audit trail records: who did what, and of what people wrote only a commitment. */
import type { Json } from './canonical-json.ts';

export const auditKinds = [
  'lookup',
  'registration',
  'export',
  'view',
  'denial',
  /** A second person let a search go on. */
  'approval',
  'forget',
  'configuration',
  /** A line that a process did not live to finish, closed by the next one. */
  'recovery',
  /** From when to when nothing could be recorded, and how much was refused for it. */
  'gap',
] as const;

export type AuditKind = (typeof auditKinds)[number];

/** Words of people, kept beside the chain so that they can be forgotten: what a search was for, and everything else. */
export const personalFields = ['case', 'words'] as const;
export type PersonalField = (typeof personalFields)[number];

export interface AuditEvent {
  readonly kind: AuditKind;
  /** `web`, `terminal`, `slack`, `discord`, `command-line`. */
  readonly platform?: string;
  /** As the platform names them: `slack:T1/U7`. */
  readonly user?: string;
  /** Facts without anybody's words: ids, hashes, counts, numbers. The key `personal` is not allowed. */
  readonly facts?: Readonly<Record<string, Json | undefined>>;
  readonly personal?: Readonly<Partial<Record<PersonalField, Json>>>;
}

/** An entry as it is read back. */
export interface AuditEntry {
  /** 1 is the first; each is one more than the one before. */
  readonly seq: number;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly prev: string;
  readonly hash: string;
  readonly event: { readonly kind: AuditKind; readonly platform?: string; readonly user?: string } & {
    readonly [fact: string]: Json | undefined;
  };
  /** Commitments to what people wrote, by field. */
  readonly personal: Readonly<Partial<Record<PersonalField, string>>>;
  /** What they wrote, as far as it is not forgotten. */
  readonly words: Readonly<Partial<Record<PersonalField, Json>>>;
}
