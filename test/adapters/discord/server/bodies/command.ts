/** Application commands as Discord takes them. */
import { z } from 'zod';
import { limits } from '../limits.ts';

const { command } = limits;
/** Letters, digits, dash and underscore in any script; no capitals. */
const slashName = z
  .string()
  .regex(/^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u, 'Command name is invalid')
  .refine((name) => name === name.toLowerCase(), 'Command name is invalid');
const localizations = z.record(z.string(), z.string()).nullish();
const description = z.string().min(1).max(command.description);

const choice = z.object({
  name: z.string().min(1).max(command.choice),
  name_localizations: localizations,
  value: z.union([z.string().max(command.choice), z.number()]),
});

const optionKind = { subcommand: 1, group: 2, text: 3, integer: 4, number: 10 };

const option = z
  .object({
    type: z.int().min(1).max(11),
    name: slashName,
    name_localizations: localizations,
    description,
    description_localizations: localizations,
    required: z.boolean().nullish(),
    choices: z.array(choice).max(command.choices).nullish(),
    autocomplete: z.boolean().nullish(),
    min_value: z.number().nullish(),
    max_value: z.number().nullish(),
    min_length: z.int().min(0).max(6000).nullish(),
    max_length: z.int().min(1).max(6000).nullish(),
    channel_types: z.array(z.int()).nullish(),
    get options(): z.ZodOptional<z.ZodNullable<z.ZodArray<typeof option>>> {
      return z.array(option).max(command.options).nullish();
    },
  })
  .superRefine(({ type, autocomplete, choices }, ctx) => {
    const typed = [optionKind.text, optionKind.integer, optionKind.number].includes(type);
    if (autocomplete && (!typed || choices?.length))
      ctx.addIssue({
        code: 'custom',
        path: ['autocomplete'],
        params: { code: 'APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID' },
        message: 'Autocomplete goes with text and numbers alone, and not with choices',
      });
  });

export type OptionBody = z.output<typeof option>;

const shared = {
  name_localizations: localizations,
  description_localizations: localizations,
  default_member_permissions: z.string().regex(/^\d+$/).nullish(),
  dm_permission: z.boolean().nullish(),
  nsfw: z.boolean().nullish(),
  integration_types: z.array(z.int().min(0).max(1)).nullish(),
  contexts: z.array(z.int().min(0).max(2)).nullish(),
};

const slash = z
  .object({
    ...shared,
    type: z.literal(1).default(1),
    name: slashName,
    description,
    options: z.array(option).max(command.options).nullish(),
  })
  .superRefine(({ options, name, description }, ctx) => {
    let optional = false;
    for (const [i, { required, type }] of (options ?? []).entries()) {
      if (required && optional)
        ctx.addIssue({
          code: 'custom',
          path: ['options', i],
          params: { code: 'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID' },
          message: 'Required options must be placed before non-required options',
        });
      optional ||= !required && type > optionKind.group;
    }
    const names = (options ?? []).map(({ name }) => name);
    if (new Set(names).size < names.length)
      ctx.addIssue({
        code: 'custom',
        path: ['options'],
        params: { code: 'APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS' },
        message: 'Option names within a command must be unique',
      });
    if (name.length + description.length + optionsLength(options ?? []) > command.total)
      ctx.addIssue({
        code: 'custom',
        path: [],
        params: { code: 'APPLICATION_COMMAND_TOO_LARGE' },
        message: `Command exceeds maximum size (${command.total})`,
      });
  });

const context = z.object({
  ...shared,
  type: z.union([z.literal(2), z.literal(3)]),
  name: z.string().min(1).max(command.name),
  description: z.literal('').optional(),
});

export const commandBody = z.union([context, slash]);
export type CommandBody = z.output<typeof commandBody>;

export const commandsBody = z.array(commandBody).superRefine((commands, ctx) => {
  const seen = new Set<string>();
  for (const [i, { type, name }] of commands.entries()) {
    const key = `${type} ${name}`;
    if (seen.has(key))
      ctx.addIssue({
        code: 'custom',
        path: [i],
        params: { code: 'APPLICATION_COMMANDS_DUPLICATE_NAME' },
        message: 'Application command names must be unique',
      });
    seen.add(key);
  }
  for (const kind of [1, 2, 3]) {
    const most = kind === 1 ? command.slash : command.context;
    if (commands.filter(({ type }) => type === kind).length > most)
      ctx.addIssue({
        code: 'custom',
        path: [],
        params: { code: 'APPLICATION_COMMAND_MAX' },
        message: `Maximum number of application commands reached (${most})`,
      });
  }
});

function optionsLength(options: readonly OptionBody[]): number {
  return options.reduce((sum, { name, description, choices, options: nested }) => {
    const chosen = (choices ?? []).reduce(
      (all, { name, value }) => all + name.length + String(value).length,
      0,
    );
    return sum + name.length + description.length + chosen + optionsLength(nested ?? []);
  }, 0);
}

/** What is offered while somebody types. */
export const autocompleteBody = z.object({ choices: z.array(choice).max(command.choices) });
export type Choice = z.output<typeof choice>;
