/** What zod found wrong with a config, as sentences: where it is, what is allowed, what was found. */
import type { z } from 'zod';
import { keysAt } from './config-keys.ts';

type Issue = z.core.$ZodIssue;

export function problems({ issues }: z.ZodError, schema: z.ZodType): string[] {
  return issues.map((issue) => sentence(issue, schema));
}

function sentence(issue: Issue, schema: z.ZodType): string {
  const at = issue.path.map(String).join('.') || 'The config';
  switch (issue.code) {
    case 'unrecognized_keys': {
      const names = issue.keys.map((key) => [...issue.path.map(String), key].join('.').slice(0, 80));
      const allowed = keysAt(schema, issue.path).join(', ');
      return `${names.join(', ')} is no key of this config; allowed there: ${allowed}.`;
    }
    case 'invalid_value':
      return `${at} must be one of ${issue.values.map(String).join(', ')}.`;
    case 'invalid_type':
      return `${at} must be ${kinds[issue.expected] ?? issue.expected}.`;
    case 'too_small':
      return `${at} must be ${sizes(issue.origin)} at least ${issue.minimum}.`;
    case 'too_big':
      return `${at} must be ${sizes(issue.origin)} at most ${issue.maximum}.`;
    default:
      return `${at}: ${issue.message}.`;
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text (digits alone need quotation marks)',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'a section with keys of its own',
  array: 'a list, as in [a, b]',
};

function sizes(origin: string): string {
  if (origin === 'string') return 'text whose length is';
  return origin === 'array' ? 'a list whose length is' : 'a number that is';
}
