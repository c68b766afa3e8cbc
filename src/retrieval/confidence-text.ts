/** A confidence as people read it. */

/** Never 100 % for what is only nearly sure, and never 0 % for what is not quite ruled out. */
export function percentOf(share: number): string {
  if (share > 0.995 && share < 1) return '>99 %';
  if (share > 0 && share < 0.005) return '<1 %';
  return `${Math.round(share * 100)} %`;
}
