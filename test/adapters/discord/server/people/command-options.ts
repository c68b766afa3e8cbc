/** Options of a slash command as a client sends them: checked against the registered command, files uploaded. */
import type { Attachment, Attachments, SentFile } from '../attachments.ts';
import type { OptionBody } from '../bodies/command.ts';

export type OptionValue = string | number | boolean | SentFile;
export type OptionValues = Readonly<Record<string, OptionValue>>;

const kind = {
  subcommand: 1,
  group: 2,
  text: 3,
  integer: 4,
  boolean: 5,
  number: 10,
  attachment: 11,
} as const;
const resolvedKinds = new Set([6, 7, 8, 9]);

export interface SentOptions {
  readonly options: readonly object[];
  readonly attachments: readonly Attachment[];
}

interface Sending {
  readonly attachments: Attachments;
  readonly channel: string;
  /** Being typed: it comes as it is, and what is required may still be missing. */
  readonly typing?: string;
}

/**
 * @param path names of a group and a subcommand, where the command has them
 * @throws Error where a client would not let somebody send it
 */
export async function sendOptions(
  known: readonly OptionBody[],
  path: readonly string[],
  values: OptionValues,
  sending: Sending,
): Promise<SentOptions> {
  const [name, ...rest] = path;
  if (name !== undefined) {
    const nested = known.find((one) => one.name === name && one.type <= kind.group);
    if (nested === undefined) throw new Error(`The command has no subcommand "${name}"`);
    const inner = await sendOptions(nested.options ?? [], rest, values, sending);
    return { ...inner, options: [{ type: nested.type, name, options: inner.options }] };
  }
  if (known.some(({ type }) => type <= kind.group)) throw new Error('The command needs a subcommand');
  const unknown = Object.keys(values).find((name) => !known.some((one) => one.name === name));
  if (unknown !== undefined)
    throw new Error(`The command has no option "${unknown}": ${known.map(({ name }) => name).join(', ')}`);
  const options: object[] = [];
  const attachments: Attachment[] = [];
  for (const option of known) {
    const value = values[option.name];
    if (value === undefined) {
      if (option.required && sending.typing === undefined) throw new Error(`"${option.name}" is required`);
      continue;
    }
    const sent = await sendOne(option, value, sending);
    if (sent.attachment) attachments.push(sent.attachment);
    options.push({
      type: option.type,
      name: option.name,
      value: sent.value,
      ...(sending.typing === option.name && { focused: true }),
    });
  }
  return { options, attachments };
}

async function sendOne(
  option: OptionBody,
  value: OptionValue,
  { attachments, channel, typing }: Sending,
): Promise<{ value: string | number | boolean; attachment?: Attachment }> {
  if (typeof value === 'object') {
    if (option.type !== kind.attachment) throw new Error(`"${option.name}" takes no file`);
    const attachment = await attachments.keep(channel, value, { ephemeral: true });
    return { value: attachment.id, attachment };
  }
  if (typing === option.name) return { value: String(value) };
  const wanted = wantedType(option.type);
  if (typeof value !== wanted) throw new Error(`"${option.name}" takes a ${wanted}, not ${typeof value}`);
  if (option.choices?.length && !option.choices.some((choice) => choice.value === value))
    throw new Error(`"${String(value)}" is no choice of "${option.name}"`);
  if (typeof value === 'string' && option.type === kind.text) refuseLength(option, value);
  if (typeof value === 'number') refuseRange(option, value);
  return { value };
}

function wantedType(type: number): 'string' | 'number' | 'boolean' {
  if (type === kind.text || resolvedKinds.has(type)) return 'string';
  if (type === kind.boolean) return 'boolean';
  if (type === kind.attachment) throw new Error('an option for a file takes a file');
  return 'number';
}

function refuseLength({ name, min_length, max_length }: OptionBody, { length }: string): void {
  if (length < (min_length ?? 1) || length > (max_length ?? 6000))
    throw new Error(`"${name}" takes ${min_length ?? 1} to ${max_length ?? 6000} characters, not ${length}`);
}

function refuseRange({ name, type, min_value, max_value }: OptionBody, value: number): void {
  if (type === kind.integer && !Number.isInteger(value)) throw new Error(`"${name}" takes a whole number`);
  if (value < (min_value ?? -Infinity) || value > (max_value ?? Infinity))
    throw new Error(`"${name}" takes ${min_value} to ${max_value}, not ${value}`);
}
