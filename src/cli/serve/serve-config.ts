/** The config of `chatreid serve`: YAML or JSON, checked, with a sentence for whatever is wrong with it. */
import { readFile } from 'node:fs/promises';
import { Lexer, Parser, parseDocument } from 'yaml';
import { z } from 'zod';
import { ChatReidError, messageOf } from '../../foundation/error.ts';
import { policySchema } from '../../trust/access/policy.ts';
import { retentionSchema } from '../../trust/forget/retention.ts';
import { problems } from './config-problems.ts';
import type { Platform } from './platform.ts';
import { refuseSecrets } from './secret-in-config.ts';

export const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const;

const general = {
  gallery: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('gallery of talks that name none (default: "default" where it has pictures, else the demo)'),
  graceSeconds: z
    .number()
    .min(0)
    .max(3600)
    .default(20)
    .describe('how long running searches may go on when the bot is stopped'),
  access: policySchema.optional(),
  retention: named(retentionSchema).optional(),
  log: named(
    z.strictObject({
      level: z.enum(logLevels).default('info').describe('what is logged'),
      format: z
        .enum(['auto', 'json', 'lines'])
        .default('auto')
        .describe('lines are for people; auto: on a terminal, json elsewhere'),
    }),
  ).prefault({}),
  operator: named(
    z.strictObject({
      host: z.string().min(1).max(255).default('127.0.0.1').describe('address of health and metrics'),
      port: z.int().min(0).max(65_535).default(9464).describe('its port; 0 takes any that is free'),
    }),
  ).optional(),
};

type General = z.infer<z.ZodObject<typeof general>>;

export interface ServeConfig extends General {
  /** What is to be started, in the order of the registry. */
  readonly platforms: readonly { readonly platform: Platform; readonly section: unknown }[];
}

const largest = 1024 * 1024;
const deepest = 50;
const mostAnchors = 100;

/** @throws ChatReidError OPTION_INVALID with every mistake, by the path of its key; STORAGE_DENIED is OPTION_INVALID here */
export async function readServeConfig(path: string, platforms: readonly Platform[]): Promise<ServeConfig> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ChatReidError(
      'OPTION_INVALID',
      `The config ${path} cannot be read.`,
      'Make one: chatreid serve --example > serve.yaml',
      error,
    );
  });
  return parseServeConfig(text, path, platforms);
}

/** @param from where the text is from, for sentences */
export function parseServeConfig(text: string, from: string, platforms: readonly Platform[]): ServeConfig {
  const refuse = (said: readonly string[]) =>
    new ChatReidError(
      'OPTION_INVALID',
      `${from}: ${said.join(' ')}`,
      'chatreid serve --example prints a config with every key.',
    );
  const value = parsed(text, refuse);
  refuseSecrets(value, platforms, (sentence) => {
    throw refuse([sentence]);
  });
  const schema = configSchema(platforms);
  const checked = schema.safeParse(value);
  if (!checked.success) throw refuse(problems(checked.error, schema));
  const data: Readonly<Record<string, unknown>> = checked.data;
  const wanted = platforms.flatMap((platform) => {
    const section = data[platform.name];
    return section === undefined ? [] : [{ platform, section }];
  });
  if (wanted.length === 0) {
    throw refuse([
      `It names no platform: it must have at least one of ${platforms.map(({ name }) => name).join(', ')}.`,
    ]);
  }
  return { ...z.object(general).parse(data), platforms: wanted };
}

/** With a section for each platform. */
export function configSchema(platforms: readonly Platform[]) {
  const sections = platforms.map(({ name, section }) => [name, named(section).optional()] as const);
  return z.strictObject({ ...general, ...Object.fromEntries(sections) });
}

/** A section with nothing in it (`slack:`) is there, with its defaults. */
function named<Section extends z.ZodType>(section: Section) {
  return z.preprocess((value) => (value === null ? {} : value), section);
}

/** YAML, of which JSON is a part. */
function parsed(text: string, refuse: (said: readonly string[]) => ChatReidError): unknown {
  if (text.length > largest) throw refuse(['It is larger than a config is.']);
  if (isUnwieldy(text)) throw refuse(['It is nested deeper, or has more anchors, than a config has.']);
  try {
    const document = parseDocument(text);
    const [error] = document.errors;
    // The lines that the parser quotes may hold a secret.
    if (error) throw new Error(error.message.split('\n')[0]?.replace(/:$/, '.'));
    const value = (document.toJS({ maxAliasCount: 20 }) as unknown) ?? {};
    // A section that an anchor puts into itself has no end, and JSON says so.
    JSON.stringify(value);
    return value;
  } catch (error) {
    throw refuse([`It is neither YAML nor JSON: ${messageOf(error).slice(0, 200)}`]);
  }
}

/**
 * Looked at before anything is built: what builds it calls itself for each level, and a process without stack is gone; and its
 * time grows with the square of the anchors.
 */
function isUnwieldy(text: string): boolean {
  const parser = new Parser();
  let anchors = 0;
  for (const token of new Lexer().lex(text)) {
    for (const _ of parser.next(token)) {
      // What it finds it puts on its stack.
    }
    if (token.startsWith('&')) anchors++;
    if (parser.stack.length > deepest || anchors > mostAnchors) return true;
  }
  return false;
}
