/** The words of a reply as an embed: the search in one line, what is said, the candidates, what is asked back. */
import type { CandidateCard, Reply } from '../../src/conversation/reply.ts';
import { discordLimits } from './limits.ts';
import { cut, escaped } from './markdown.ts';

export interface Embed {
  readonly color: number;
  readonly description?: string;
  readonly fields?: readonly { readonly name: string; readonly value: string }[];
  readonly image?: { readonly url: string };
  readonly footer?: { readonly text: string };
}

export const colours = {
  found: 0x2e7d32,
  unsure: 0xf9a825,
  'not-in-gallery': 0x757575,
  said: 0x5865f2,
  error: 0xc62828,
} as const;

export const sheetName = 'candidates.png';

/** Stands on every post: by it a post is found again when nobody knows whether it was made. */
export function markerOf(to: string): string {
  return `ref ${to}`;
}

export const comparing = "In the filter's order; the language model is comparing.";

export interface EmbedOptions {
  readonly hint: string;
  readonly withSheet: boolean;
}

export function embedOf(reply: Reply, { hint, withSheet }: EmbedOptions): Embed {
  const { answer, error, stage, to } = reply;
  const limits = discordLimits.embed;
  const fields = fieldsOf(reply);
  const said = stage === 'first' ? comparing : hint;
  const footer = `${cut(said, limits.footer - 40)} · ${markerOf(to)}`;
  const used = footer.length + fields.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
  const description = cut(words(reply), Math.min(limits.description, limits.total - used));
  return {
    color: error ? colours.error : answer ? colours[answer.result.decision] : colours.said,
    ...(description === '' ? {} : { description }),
    ...(fields.length === 0 ? {} : { fields }),
    ...(withSheet ? { image: { url: `attachment://${sheetName}` } } : {}),
    footer: { text: footer },
  };
}

function words({ line, error, text, answer, notes }: Reply): string {
  return [
    ...(line ? [`**Looking for** ${escaped(line)}`] : []),
    ...(error ? [`${escaped(error.message)}\n${escaped(error.next)} \`${error.code}\``] : []),
    ...text.map(paragraph),
    ...(answer && answer.cards.length > 0 ? [cardLines(answer.cards)] : []),
    ...notes.map((note) => `-# ${escaped(note).replace(/\s*\n\s*/g, ' ')}`),
  ].join('\n');
}

/** `Found: a likeness …`: the verdict stands before the colon, and is what the eye should find. */
function paragraph(text: string): string {
  return escaped(text).replace(
    /^(?:Found|Unsure|Probably not in this gallery|Not in this gallery):/,
    (verdict) => `**${verdict}**`,
  );
}

function cardLines(cards: readonly CandidateCard[]): string {
  const mixed = cards.some(({ compared }) => compared) && cards.some(({ compared }) => !compared);
  return cards
    .map((card) => {
      const where = whereOf(card).map(escaped);
      const by = mixed ? [card.compared ? 'model' : 'filter'] : [];
      return [`**#${card.rank}**`, card.confidenceText, ...where, ...by].join(' · ');
    })
    .join('\n');
}

/** Camera, place and time of a candidate, as far as they are known. */
export function whereOf({ camera, place, time }: CandidateCard): string[] {
  return [...(camera ? [`camera ${camera}`] : []), ...(place ? [place] : []), ...(time ? [time] : [])];
}

function fieldsOf({ question, people }: Reply): { name: string; value: string }[] {
  const { fieldName } = discordLimits.embed;
  const count = people?.people.length ?? 0;
  return [
    ...(people
      ? [
          {
            name: 'Who is meant?',
            value: `The picture shows ${count} ${count === 1 ? 'person' : 'people'}, from left to right.`,
          },
        ]
      : []),
    ...(question
      ? [
          {
            name: cut(escaped(question.question.text), fieldName) || 'A question',
            value: 'Answer with a button.',
          },
        ]
      : []),
  ];
}
