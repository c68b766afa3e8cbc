/** Which entries of the audit trail are wanted, as options of a command. */
import { type Command, Option } from 'commander';
import { ChatReidError } from '../../foundation/error.ts';
import type { EntryFilter } from '../../trust/audit-entries.ts';
import { type AuditKind, auditKinds } from '../../trust/audit-event.ts';
import type { Work } from '../shell.ts';
import { whoseDoing } from './recorded-command.ts';

export interface EntryOptions {
  readonly user?: string;
  readonly platform?: string;
  readonly case?: string;
  readonly kind?: AuditKind;
  readonly after?: string;
  readonly before?: string;
}

export function withEntryOptions(command: Command): Command {
  return command
    .option('--user <name>', 'only of this user: slack:T1/U7, or U7 alone')
    .option('--platform <name>', 'only of this platform: web, terminal, slack, discord, command-line')
    .option('--case <case>', 'only for this case')
    .addOption(new Option('--kind <kind>', 'only of this kind').choices(auditKinds))
    .option('--after <time>', 'only from then on, e.g. 2026-11-24T13:00 or "yesterday"')
    .option('--before <time>', 'only up to then; a date alone is its end');
}

/** @throws ChatReidError OPTION_INVALID for a time that cannot be read */
export async function entryFilter({ shell, settings }: Work, options: EntryOptions): Promise<EntryFilter> {
  const { after, before, ...rest } = options;
  const { parseMoment } = await import('../../conversation/moment.ts');
  const around = { timeZone: settings.timeZone, now: shell.now() };
  const from =
    after === undefined ? undefined : parseMoment(after, { ...around, name: '--after', edge: 'start' });
  const until =
    before === undefined ? undefined : parseMoment(before, { ...around, name: '--before', edge: 'end' });
  const { user, platform, kind } = rest;
  return {
    ...(user === undefined ? {} : { user }),
    ...(platform === undefined ? {} : { platform }),
    ...(rest.case === undefined ? {} : { case: rest.case }),
    ...(kind === undefined ? {} : { kind }),
    ...(from ? { after: from } : {}),
    ...(until ? { before: until } : {}),
  };
}

/** Who reads the trail is in it, before it is read to them. A trail that cannot be written to can be read still: its damage has to be looked into. */
export async function recordReading(
  { parts, out }: Work,
  kind: 'view' | 'export',
  words: Readonly<Record<string, string | number>>,
): Promise<void> {
  try {
    const trail = await parts.audit();
    await trail?.record({ ...whoseDoing(), kind, facts: { what: 'audit trail' }, personal: { words } });
  } catch (error) {
    if (!(error instanceof ChatReidError && error.code.startsWith('AUDIT_'))) throw error;
    out.note(`Note: that the trail was read could not be recorded. ${error.message}`);
  }
}
