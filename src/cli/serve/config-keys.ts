/** The keys that a schema of the config knows: for sentences about a wrong one, and for the operators' page. */
import { z } from 'zod';

export interface ConfigKey {
  /** `slack.mode` */
  readonly path: string;
  /** A JSON schema of its own: type, default, bounds. */
  readonly schema: z.core.JSONSchema.BaseSchema;
}

/** Leaves, in the order of the schema. */
export function configKeys(schema: z.ZodType): ConfigKey[] {
  const shape = shapeOf(schema);
  return Object.entries(shape ?? {}).flatMap(([name, inner]): ConfigKey[] => {
    if (shapeOf(inner) === undefined) {
      return [{ path: name, schema: z.toJSONSchema(inner, { io: 'input' }) }];
    }
    return configKeys(inner).map((key) => ({ ...key, path: `${name}.${key.path}` }));
  });
}

/** Names that are allowed at a place of the schema; none where there is no section. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let at: z.ZodType | undefined = schema;
  for (const name of path) at = at && (itemOf(at) ?? shapeOf(at)?.[String(name)]);
  return Object.keys((at && shapeOf(at)) ?? {});
}

function shapeOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> | undefined {
  const bare = unwrapped(schema);
  return bare instanceof z.ZodObject ? (bare.shape as Record<string, z.ZodType>) : undefined;
}

/** Of a list whatever stands in it. */
function itemOf(schema: z.ZodType): z.ZodType | undefined {
  const bare = unwrapped(schema);
  return bare instanceof z.ZodArray ? (bare.element as z.ZodType) : undefined;
}

function unwrapped(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrapped(schema.unwrap() as z.ZodType);
  }
  return schema instanceof z.ZodPipe ? unwrapped(schema.out as z.ZodType) : schema;
}
