/** Replies as messages of Discord's: every act is there, everything fits, nothing is markup that was not meant. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOf, decoded } from '../../../adapters/discord/act-code.ts';
import { discordLimits } from '../../../adapters/discord/limits.ts';
import { cut, escaped } from '../../../adapters/discord/markdown.ts';
import { barePayload, type Payload, replyPayload } from '../../../adapters/discord/reply-payload.ts';
import type { Act } from '../../../src/conversation/act.ts';
import type { CandidateCard, Reply } from '../../../src/conversation/reply.ts';
import { answerOf } from '../stand-in-conversations.ts';

const id = '1329384756000000000';
const bare: Reply = {
  key: `${id}#final`,
  conversation: 'discord:1/2',
  to: id,
  stage: 'final',
  text: [],
  chips: [],
  buttons: [],
  notes: [],
};
let tokens = 0;
const encode = async (act: Act) => codeOf(act) ?? `1k.${String(++tokens).padStart(32, '0')}`;
const render = (reply: Reply) =>
  replyPayload(reply, {
    pictures: { sheet: new Uint8Array(8) },
    hint: 'Write in the thread to go on.',
    encode,
  });

const cards = (count: number): Partial<CandidateCard>[] =>
  Array.from({ length: count }, (_, i) => {
    const pictureId = String(i).padStart(64, '0');
    const picture = { pictureId };
    return {
      pictureId,
      camera: String(i + 1),
      place: 'lobby',
      time: '12 May 2026 13:05',
      buttons: [
        { label: 'Use as query', act: { act: 'choose', picture } },
        { label: 'Not this person', act: { act: 'exclude', pictures: [picture] } },
        { label: 'Why?', act: { act: 'why', picture } },
      ],
    };
  });
const question: NonNullable<Reply['question']> = {
  question: {
    id: 'backpack',
    name: 'backpack',
    value: 'yes',
    text: 'Was the person carrying a backpack?',
    gain: 1,
  },
  buttons: (['yes', 'no', 'unknown'] as const).map((value) => ({
    label: value,
    act: { act: 'answer', question: 'backpack', value },
  })),
};
const full: Reply = {
  ...bare,
  line: 'photo + "red cap" − #2 · camera 3',
  text: ['Found: a likeness as strong as this comes by chance in 1 % of searches.'],
  answer: answerOf(cards(10)),
  question,
  chips: [
    { label: 'photo', act: { act: 'lift', part: 'pictures', value: 'f'.repeat(64) } },
    { label: 'camera 3', act: { act: 'lift', part: 'cameras', value: '3' } },
  ],
  buttons: [
    { label: 'More', act: { act: 'more' } },
    { label: 'Undo', act: { act: 'undo' } },
    { label: 'Start over', act: { act: 'reset' } },
    { label: 'Help', act: { act: 'help' } },
  ],
  notes: ['No language model is here.'],
};

function actsOf({ body }: Payload): Act[] {
  return body.components
    .flatMap(({ components }) => components)
    .flatMap((one) => (one.type === 2 ? [one.custom_id] : one.options.map(({ value }) => value)))
    .flatMap((code) => decoded(code) ?? []);
}

function everyAct({ answer, question: asked, people, chips, buttons }: Reply): Act[] {
  return [
    ...(answer?.cards.flatMap((card) => card.buttons) ?? []),
    ...(asked?.buttons ?? []),
    ...(people?.people.map(({ button }) => button) ?? []),
    ...chips,
    ...buttons,
  ].map(({ act }) => act);
}

/** As Discord counts. @returns what it would refuse */
function offences({ body, files }: Payload): string[] {
  const found: string[] = [];
  const hold = (fine: boolean, what: string) => void (fine || found.push(what));
  const { embed: limits, select, rows, customId, buttonLabel } = discordLimits;
  hold(body.content.length <= discordLimits.content, 'content');
  hold(files.length <= discordLimits.files, 'files');
  let total = 0;
  for (const { description = '', fields = [], footer, color } of body.embeds) {
    total += description.length + (footer?.text.length ?? 0);
    hold(description.length <= limits.description, 'description');
    hold((footer?.text.length ?? 0) <= limits.footer, 'footer');
    hold(color >= 0 && color <= 0xffffff, 'colour');
    for (const { name, value } of fields) {
      total += name.length + value.length;
      hold(name.length > 0 && name.length <= limits.fieldName, 'field name');
      hold(value.length > 0 && value.length <= limits.fieldValue, 'field value');
    }
  }
  hold(total <= limits.total, 'embeds together');
  hold(body.components.length <= rows, 'rows');
  const ids: string[] = [];
  for (const { components } of body.components) {
    hold(components.length > 0 && components.length <= 5, 'row');
    for (const one of components) {
      ids.push(one.custom_id);
      hold(one.custom_id.length > 0 && one.custom_id.length <= customId, 'id');
      if (one.type === 2) hold(one.label.length > 0 && one.label.length <= buttonLabel, 'label');
      else {
        const values = one.options.map(({ value }) => value);
        hold(new Set(values).size === values.length, 'values twice');
        hold(values.length > 0 && values.length <= select.options, 'options');
        hold(one.max_values <= values.length && one.min_values >= 1, 'how many values');
        hold(one.placeholder.length <= select.placeholder, 'placeholder');
        for (const { label, value, description = '-' } of one.options) {
          hold(label.length > 0 && label.length <= select.label, 'option label');
          hold(value.length > 0 && value.length <= select.value, 'option value');
          hold(description.length > 0 && description.length <= select.description, 'option description');
        }
      }
    }
  }
  hold(new Set(ids).size === ids.length, 'ids twice');
  return found;
}

describe('a reply as a message', () => {
  test('every act of an answer with everything is a button or an option', async () => {
    const payload = await render(full);
    expect(offences(payload)).toEqual([]);
    for (const one of everyAct(full)) expect(actsOf(payload)).toContainEqual(one);
    expect(payload.body.components).toHaveLength(5);
  });

  test('with room, each thing that is done with a candidate has a menu of its own', async () => {
    const { question: _, chips: __, ...rest } = full;
    const payload = await render({ ...rest, chips: [] });
    const menus = payload.body.components.flatMap(({ components }) =>
      components.flatMap((one) => (one.type === 3 ? [one.placeholder] : [])),
    );
    expect(menus).toEqual(['Use as query …', 'Not this person …', 'Why? …']);
  });

  test('several candidates are ruled out at once, and one is chosen', async () => {
    const payload = await render(full);
    const most = payload.body.components.flatMap(({ components }) =>
      components.flatMap((one) => (one.type === 3 ? [[one.placeholder, one.max_values]] : [])),
    );
    expect(most).toEqual([
      ['Use as query / Why? …', 1],
      ['Not this person …', 10],
      ['Take something back …', 1],
    ]);
  });

  test('the embed says what is looked for, the verdict, the candidates, and which message it answers', async () => {
    const { body, files } = await render(full);
    const [embed] = body.embeds;
    expect(embed?.description).toContain('**Looking for** photo + "red cap" − #2 · camera 3');
    expect(embed?.description).toContain('**Found:** a likeness');
    expect(embed?.description).toContain('**#1** · 90 % · camera 1 · lobby · 12 May 2026 13:05');
    expect(embed?.fields?.[0]?.name).toBe('Was the person carrying a backpack?');
    expect(embed?.image?.url).toBe(`attachment://${files[0]?.name}`);
    expect(embed?.footer?.text).toBe(`Write in the thread to go on. · ref ${id}`);
    expect(body.allowed_mentions).toEqual({ parse: [], replied_user: false });
  });

  test('the first page says that it is one', async () => {
    const { body } = await render({ ...full, stage: 'first' });
    expect(body.embeds[0]?.footer?.text).toMatch(/language model is comparing\. · ref/);
  });

  test('an error is its sentence, what to do, and its code', async () => {
    const error = { code: 'PICTURE_EMPTY', message: 'a*b.jpg is empty.', next: 'Send another.' } as const;
    const { body } = await render({ ...bare, error });
    expect(body.embeds[0]?.description).toBe('a\\*b.jpg is empty.\nSend another. `PICTURE_EMPTY`');
    expect(barePayload({ ...bare, error }).body.content).toContain('a\\*b.jpg is empty. Send another.');
  });

  test('what waits for a second person has the button that stands out', async () => {
    const act = { act: 'approve', request: id } as const;
    const { body } = await render({
      ...bare,
      text: ['Searches of the gallery archive wait for a second person.'],
      denied: [{ act: 'clue', code: 'APPROVAL_NEEDED' }],
      buttons: [
        { label: 'Approve', act },
        { label: 'Help', act: { act: 'help' } },
      ],
    });
    expect(body.embeds[0]?.description).toContain('wait for a second person');
    expect(body.components[0]?.components).toMatchObject([
      { label: 'Approve', style: 1 },
      { label: 'Help', style: 2 },
    ]);
  });

  test('up to five people are buttons, more are a menu', async () => {
    const people = (count: number): Reply => ({
      ...bare,
      people: {
        frameId: 'f'.repeat(64),
        people: Array.from({ length: count }, (_, i) => ({
          number: i + 1,
          pictureId: '0'.repeat(64),
          box: { left: 0, top: 0, width: 1, height: 1 },
          button: { label: `Person ${i + 1}`, act: { act: 'person', number: i + 1 } },
        })),
      },
    });
    for (const count of [1, 5, 6, 25]) {
      const payload = await render(people(count));
      expect(offences(payload)).toEqual([]);
      expect(actsOf(payload)).toHaveLength(count);
    }
  });

  test('any reply fits', async () => {
    const text = fc.string({ maxLength: 3000, unit: 'grapheme' });
    const short = fc.string({ maxLength: 300, unit: 'grapheme' });
    const button = fc.record({
      label: short,
      act: fc.oneof(
        fc.constantFrom<Act>({ act: 'more' }, { act: 'undo' }),
        short.map((words): Act => ({ act: 'clue', words: `x${words}` })),
      ),
    });
    const card = fc.record({
      camera: short,
      place: short,
      time: short,
      source: short,
      confidenceText: fc.constantFrom('87 %', 'under 1 %'),
      compared: fc.boolean(),
      buttons: fc.array(button, { maxLength: 3 }),
    });
    const reply = fc.record({
      text: fc.array(text, { maxLength: 6 }),
      line: text,
      chips: fc.array(button, { maxLength: 40 }),
      buttons: fc.array(button, { maxLength: 12 }),
      notes: fc.array(text, { maxLength: 4 }),
      cards: fc.array(card, { maxLength: 30 }),
      asked: fc.array(button, { maxLength: 8 }),
      askedText: text,
      people: fc.array(button, { maxLength: 30 }),
      error: fc.option(fc.record({ message: text, next: text }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(reply, async ({ cards: shown, asked, askedText, people, error, ...rest }) => {
        const made: Reply = {
          ...bare,
          ...rest,
          answer: answerOf(shown),
          question: { question: { ...question.question, text: askedText }, buttons: asked },
          people: {
            frameId: '',
            people: people.map((one, i) => ({
              number: i + 1,
              pictureId: '',
              box: { left: 0, top: 0, width: 1, height: 1 },
              button: one,
            })),
          },
          ...(error ? { error: { code: 'INTERNAL', ...error } } : {}),
        };
        expect(offences(await render(made))).toEqual([]);
        expect(offences(barePayload(made))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

describe('words', () => {
  test.each([
    [
      '*bold* _it_ ~~s~~ ||spoiler|| `code`',
      '\\*bold\\* \\_it\\_ \\~\\~s\\~\\~ \\|\\|spoiler\\|\\| \\`code\\`',
    ],
    ['<@880000000000000011> @everyone', '\\<\\@880000000000000011\\> \\@everyone'],
    ['[here](https://evil.example)', '\\[here\\](https\\://evil.example)'],
    ['# big\n- item\n1. one', '\\# big\n\\- item\n1\\. one'],
    [':red_circle: 12:00-18:00', '\\:red\\_circle: 12:00-18:00'],
  ])('%s is shown as it was written', (text, shown) => {
    expect(escaped(text)).toBe(shown);
  });

  test('what turns text around or moves it is taken out', () => {
    expect(escaped('a\u202eb\u0007c\ud800d')).toBe('a\ufffdb c\ufffdd');
  });

  test('a cut leaves neither half a character nor a lonely backslash', () => {
    expect(cut('abc', 3)).toBe('abc');
    expect(cut('abcd', 3)).toBe('ab…');
    expect(cut('a😀bc', 3)).toBe('a…');
    expect(cut('a\\*bc', 3)).toBe('a…');
    expect(cut('\\\\\\\\bc', 5)).toBe('\\\\\\\\…');
  });
});
