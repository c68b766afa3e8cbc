/** What is wrong with a payload, worded and pointed at as Slack does in response_metadata.messages. */
import { isList, isObject, type Json, type JsonObject } from './json.ts';

export class Findings {
  readonly found: string[] = [];

  add(pointer: string, what: string): void {
    this.found.push(`[ERROR] ${what} [json-pointer:${pointer}]`);
  }

  /** A text that may be absent, of at most so many characters. */
  length(value: Json | undefined, most: number, pointer: string): void {
    if (value === undefined) return;
    if (typeof value !== 'string') this.add(pointer, 'must be a string');
    else if ([...value].length > most) this.add(pointer, `must be less than ${most + 1} characters`);
  }

  /** The same, and there must be one. */
  needs(value: Json | undefined, most: number, pointer: string): void {
    if (value === undefined)
      this.add(pointer.replace(/\/[^/]+$/, ''), `missing required field: ${last(pointer)}`);
    else if (value === '') this.add(pointer, 'must be more than 0 characters');
    else this.length(value, most, pointer);
  }

  /** Between `least` and `most` items. @returns the items, or none where it is no list */
  items(value: Json | undefined, least: number, most: number, pointer: string): readonly Json[] {
    if (!isList(value)) {
      this.add(pointer, 'must be an array');
      return [];
    }
    if (value.length > most) this.add(pointer, `no more than ${most} items allowed`);
    if (value.length < least) this.add(pointer, `must have at least ${least} items`);
    return value;
  }

  oneOf(value: Json | undefined, allowed: readonly string[], pointer: string): void {
    if (typeof value !== 'string' || !allowed.includes(value))
      this.add(pointer, `must be one of ${allowed.join(', ')}`);
  }

  object(value: Json | undefined, pointer: string): value is JsonObject {
    if (isObject(value)) return true;
    this.add(pointer, 'must be an object');
    return false;
  }

  known(value: JsonObject, fields: readonly string[], pointer: string): void {
    for (const name of Object.keys(value)) {
      if (!fields.includes(name)) this.add(pointer, `additional property: ${name}`);
    }
  }
}

function last(pointer: string): string {
  return pointer.slice(pointer.lastIndexOf('/') + 1);
}
