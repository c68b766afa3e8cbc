/** What a measurement counts in each of its phases, as its progress line says it. */
export const progressNouns = {
  reading: 'pictures read',
  encoding: 'pictures encoded',
  judging: 'queries judged',
  scoring: 'queries scored',
} as const;
