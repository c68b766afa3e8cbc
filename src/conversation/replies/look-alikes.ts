/** A candidate nearly as likely as the first who is, or may be, somebody else: no match is called found without a word of that. */
import type { SearchResult } from '../../retrieval/search-result.ts';
import { rightShares } from '../../retrieval/traits/question-gain.ts';

/**
 * Share of the first's odds. On the demo gallery 22 of 224 searches that were called found had a candidate of another person
 * with so much, and in 14 of the 22 the first was the wrong one (of all 224: in 38).
 */
const nearly = 1 / 3;

export function withLookAlikes(result: SearchResult): SearchResult {
  const { decision, decisionDetail, ranking } = result;
  const [first] = ranking;
  if (decision !== 'found' || first === undefined) return result;
  const odds = rightShares(ranking.map(({ confidence }) => confidence));
  const near = ranking.filter((_, at) => at > 0 && odds[at]! >= nearly * odds[0]!);
  const mine = first.record.personId;
  const other = near.find(({ record }) => isAnother(mine, record.personId));
  if (other) {
    const sentence = `Unsure: ${first.rank} and ${other.rank} look much alike, and are registered as different people: check both.`;
    return { ...result, decision: 'unsure', decisionDetail: { ...decisionDetail, sentence } };
  }
  const unknown = near.find(({ record }) => mine === undefined || record.personId === undefined);
  if (!unknown) return result;
  const sentence = `${decisionDetail.sentence} ${first.rank} and ${unknown.rank} look much alike, and may be one person or two: check both.`;
  return { ...result, decisionDetail: { ...decisionDetail, sentence } };
}

function isAnother(mine: string | undefined, other: string | undefined): boolean {
  return mine !== undefined && other !== undefined && mine !== other;
}
