/** Discord's ids: the time is in them. */

const discordEpoch = 1_420_070_400_000;

/** When the thing with this id came to be: milliseconds since 1970. */
export function timeOf(id: string): number {
  return Number(BigInt(id) >> 22n) + discordEpoch;
}

/** The lowest id of this millisecond: what is after it has a higher one. */
export function idAt(milliseconds: number): string {
  return String(BigInt(Math.max(0, Math.floor(milliseconds) - discordEpoch)) << 22n);
}

export function isoOf(id: string): string {
  return new Date(timeOf(id)).toISOString();
}
