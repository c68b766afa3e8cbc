/** A reply as lines of text: readable without colour, and harmless whatever a user or a gallery wrote into it. */
import type { Answer, CandidateCard, PeopleChoice, Reply } from '../../src/conversation/reply.ts';
import {
  type Column,
  errorLines,
  printable,
  type Styler,
  tableLines,
} from '../../src/foundation/terminal-text.ts';

export interface ReplyTextOptions {
  readonly style: Styler;
  /** Notes that were told before, and are not told again; what is told now is added. */
  readonly told: Set<string>;
}

export function replyLines(reply: Reply, { style, told }: ReplyTextOptions): string[] {
  const { line, answer, question, people, buttons } = reply;
  const blocks: string[][] = [
    line ? [`${style('bold', 'Looking for')} ${printable(line)}`] : [],
    reply.error ? errorLines(reply.error, style) : [],
    textLines(reply.text, style),
    answer && answer.cards.length > 0 ? cardLines(answer, style) : [],
    people ? peopleLines(people, style) : [],
    question ? [`${style('bold', printable(question.question.text))} ${choice(question.buttons)}`] : [],
    buttons.length > 0
      ? [style('dim', `Next: ${buttons.map(({ label }) => printable(label)).join(' · ')}`)]
      : [],
    reply.notes.filter((note) => !told.has(note)).map((note) => style('dim', `Note: ${printable(note)}`)),
  ];
  if (reply.stage === 'final') for (const note of reply.notes) told.add(note);
  else blocks.push([style('dim', "In the filter's order; the language model is comparing …")]);
  return blocks.filter((block) => block.length > 0).flat();
}

/** `Found: a likeness …`: the verdict stands before the colon, and is what the eye should find. */
function textLines(text: readonly string[], style: Styler): string[] {
  return text.flatMap((paragraph) =>
    // Line breaks are the bot's own; everything else in a line is made harmless.
    paragraph.split('\n').map((line) => {
      const safe = printable(line);
      const [, verdict, rest] =
        /^((?:Found|Unsure|Probably not in this gallery|Not in this gallery):)(.*)$/.exec(safe) ?? [];
      return verdict === undefined ? safe : `${style('bold', verdict)}${rest}`;
    }),
  );
}

/** Columns that no candidate has anything for are left out. */
function cardLines({ cards }: Answer, style: Styler): string[] {
  const mixed = cards.some(({ compared }) => compared) && cards.some(({ compared }) => !compared);
  const columns: (Column & { readonly cell: (card: CandidateCard) => string })[] = [
    { title: 'rank', align: 'right', cell: ({ rank }) => String(rank) },
    { title: 'confidence', align: 'right', cell: ({ confidenceText }) => confidenceText },
    { title: 'camera', cell: ({ camera }) => camera ?? '' },
    { title: 'time', cell: ({ time }) => time ?? '' },
    { title: 'place', cell: ({ place }) => place ?? '' },
    { title: 'by', cell: ({ compared }) => (mixed ? (compared ? 'model' : 'filter') : '') },
    { title: 'picture', cell: ({ pictureId }) => pictureId.slice(0, 8) },
    { title: 'source', cell: ({ source }) => source },
  ];
  const used = columns.filter(({ cell }) => cards.some((card) => cell(card) !== ''));
  return tableLines(
    used,
    cards.map((card) => used.map(({ cell }) => cell(card))),
    style,
  );
}

function peopleLines({ people }: PeopleChoice, style: Styler): string[] {
  return tableLines(
    [
      { title: 'person', align: 'right' },
      { title: 'left', align: 'right' },
      { title: 'top', align: 'right' },
      { title: 'size' },
    ],
    people.map(({ number, box }) => [
      String(number),
      String(box.left),
      String(box.top),
      `${box.width} x ${box.height}`,
    ]),
    style,
  );
}

function choice(buttons: readonly { readonly label: string }[]): string {
  return `(${buttons.map(({ label }) => printable(label).toLowerCase()).join(' / ')})`;
}
