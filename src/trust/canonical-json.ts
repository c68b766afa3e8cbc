/** One way to write a value as JSON: keys in order, no spaces; the same value has the same bytes, and so the same hash. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What is `undefined` is left out. @throws TypeError for a number that JSON has no word for */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`);
    return `{${fields.join(',')}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new TypeError(`${value} cannot be written as JSON.`);
  }
  return JSON.stringify(value);
}
