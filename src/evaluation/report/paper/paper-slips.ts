/** Where the paper's tables cannot be right as they are printed, and how one can tell. */

export interface PaperSlip {
  readonly table: number;
  /** All rows of the table where absent. */
  readonly method?: string;
  /** All columns of the table where absent. */
  readonly benchmark?: string;
  /** What is wrong: a number, or whose numbers they are (`source`). Both numbers where absent. */
  readonly part?: 'mAP' | 'rank1' | 'source';
  /** One sentence. */
  readonly reason: string;
}

/** Only what can be shown from the paper itself or from what a cited method's authors publish. */
export const paperSlips: readonly PaperSlip[] = [
  ...(['ltcc', 'prcc'] as const).map((benchmark) => ({
    table: 3,
    method: 'ChatReID',
    benchmark,
    part: 'mAP' as const,
    reason:
      'Table 3 and the text (section 4.2) give LTCC 76.3 and PRCC 75.6, table 5 the reverse: one of the two has its columns exchanged. The other rows of table 3 are in the right columns, so table 3 is taken.',
  })),
  ...(['prcc', 'ltcc'] as const).map((benchmark) => ({
    table: 5,
    benchmark,
    reason: 'Table 3 and the text (section 4.2) have the mAP of PRCC and LTCC the other way round.',
  })),
  {
    table: 6,
    method: 'WoRA',
    benchmark: 'icfg-pedes',
    part: 'rank1',
    reason:
      "44.9 above the row's own mAP, where the other cited methods are 22.7 to 27.6 above theirs, and 14.6 above ChatReID, which the paper calls the best.",
  },
  {
    table: 6,
    method: 'IRRA',
    benchmark: 'rstpreid',
    part: 'mAP',
    reason: 'A dash, although the authors of IRRA publish 47.17.',
  },
  {
    table: 2,
    method: 'TransReID',
    benchmark: 'msmt17',
    reason:
      'About what the authors of TransReID publish for their plain ViT baseline (61.8 / 81.8); for TransReID itself they give 67.8 / 85.3.',
  },
  {
    table: 2,
    method: 'TransReID',
    benchmark: 'market1501',
    reason:
      'About what the authors of TransReID publish for their plain ViT baseline (87.1 / 94.6); for TransReID itself they give 89.0 / 95.1.',
  },
  ...(['sysu-mm01', 'regdb'] as const).flatMap((benchmark) => [
    {
      table: 4,
      method: 'CAL',
      benchmark,
      part: 'source' as const,
      reason:
        'Reference 9 (CAL) is a method for changed clothes with colour pictures alone; the numbers are those of CAJ (Ye et al., ICCV 2021: SYSU-MM01 66.89 / 69.88, RegDB 79.14 / 85.03).',
    },
    {
      table: 4,
      method: 'MAUM',
      benchmark,
      part: 'source' as const,
      reason: 'Reference 18 is IRRA, a text-to-image method, and not MAUM.',
    },
  ]),
];

export function slipsOf(table: number, method: string, benchmark: string): readonly PaperSlip[] {
  return paperSlips.filter(
    (slip) =>
      slip.table === table &&
      (slip.method ?? method) === method &&
      (slip.benchmark ?? benchmark) === benchmark,
  );
}
