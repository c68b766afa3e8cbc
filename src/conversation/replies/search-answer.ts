/** A search result as the answer of a reply: one page of it. */
import type { Query } from '../../retrieval/query.ts';
import { scopeLine } from '../../retrieval/search-line.ts';
import type { SearchResult } from '../../retrieval/search-result.ts';
import type { Scope } from '../../gallery/gallery-store.ts';
import { type DialogueState, pageLength } from '../dialogue-state.ts';
import { mostShown } from '../fold.ts';
import type { Answer } from '../reply.ts';
import { cardOf } from './cards.ts';

/** The last page that the state asks for; `result.ranking` of the answer is that page too. */
export function answerOf(
  result: SearchResult,
  query: Query,
  scope: Scope,
  state: Pick<DialogueState, 'top'>,
  timeZone: string,
): Answer {
  const page = result.ranking.slice(state.top - pageLength, state.top);
  return {
    result: { ...result, ranking: page },
    query: {
      pictureIds: query.pictures.map(({ id }) => id),
      words: query.words,
      negatives: query.negatives.map(({ id }) => id),
    },
    scopeLine: scopeLine(scope, timeZone),
    cards: page.map((candidate) => cardOf(candidate, timeZone)),
    more: result.ranking.length > state.top && state.top < mostShown,
  };
}

/** Without pictures that were forgotten. */
export function withoutPictures(answer: Answer, ids: ReadonlySet<string>): Answer {
  return {
    ...answer,
    result: {
      ...answer.result,
      ranking: answer.result.ranking.filter(({ record }) => !ids.has(record.pictureId)),
    },
    query: {
      ...answer.query,
      pictureIds: answer.query.pictureIds.filter((id) => !ids.has(id)),
      negatives: answer.query.negatives.filter((id) => !ids.has(id)),
    },
    cards: answer.cards.filter(({ pictureId }) => !ids.has(pictureId)),
  };
}
