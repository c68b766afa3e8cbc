/** Any reply as Block Kit: within Slack's limits, which are written down apart from the adapter's own. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { actOfValue } from '../../../adapters/slack/button-act.ts';
import { formView } from '../../../adapters/slack/filters-view.ts';
import { homeView } from '../../../adapters/slack/home-view.ts';
import { cut, escaped, writtenText } from '../../../adapters/slack/mrkdwn.ts';
import { renderReply } from '../../../adapters/slack/reply-blocks.ts';
import { actsOfView, readView, viewErrors } from '../../../adapters/slack/submitted-view.ts';
import type { Act } from '../../../src/conversation/act.ts';
import type { Button, CandidateCard, Reply } from '../../../src/conversation/reply.ts';
import { answerOf, replyTo } from '../stand-in-conversations.ts';
import { buttonsOf, cardsOf, labelsOf, wordsOf } from './posted-reading.ts';
import { checkBlocks, textLength } from './server/block-rules.ts';
import type { Json } from './server/json.ts';
import { limits } from './server/limits.ts';

const message = {
  id: 'C1/1.1',
  conversation: 'slack:T1/C1/1.1',
  user: 'slack:T1/U1',
  at: '2026-05-12T10:00:00Z',
  text: '',
  attachments: [],
};
const everyFile = () => true;

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.constant<Act>({ act: 'more' }),
  fc
    .string({ maxLength: 4_000, unit: 'binary' })
    .map((value): Act => ({ act: 'lift', part: 'words', value })),
  fc.string({ maxLength: 60 }).map((purpose): Act => ({ act: 'case', purpose })),
);
const text = fc.oneof(
  fc.string({ maxLength: 300, unit: 'binary' }),
  fc.string({ maxLength: 300 }),
  fc.constantFrom(
    '<!channel> & <@U1>',
    '',
    ' ',
    '&'.repeat(3_100),
    '<'.repeat(900),
    '😀'.repeat(2_000),
    '\ud800',
  ),
);
const button: fc.Arbitrary<Button> = fc.record({ label: text, act });
const buttons = (most: number) => fc.array(button, { maxLength: most });
const card: fc.Arbitrary<Partial<CandidateCard>> = fc.record(
  {
    camera: text,
    place: text,
    time: text,
    confidenceText: text,
    compared: fc.boolean(),
    buttons: buttons(7),
  },
  { requiredKeys: ['buttons'] },
);
const reply: fc.Arbitrary<Reply> = fc
  .record(
    {
      stage: fc.constantFrom('first' as const, 'final' as const),
      text: fc.array(text, { maxLength: 60 }),
      line: text,
      chips: buttons(60),
      answer: fc.array(card, { maxLength: 40 }).map((cards) => answerOf(cards)),
      question: fc.record({
        question: fc.record({
          id: fc.constant('q'),
          name: fc.constant('backpack' as const),
          value: fc.constant('yes'),
          text,
          gain: fc.constant(1),
        }),
        buttons: buttons(6),
      }),
      people: fc.record({
        frameId: fc.constant('f'),
        people: fc.array(
          fc.record({
            number: fc.nat(99),
            pictureId: fc.constant('p'),
            box: fc.constant({ left: 0, top: 0, width: 1, height: 1 }),
            button,
          }),
          { maxLength: 40 },
        ),
      }),
      buttons: buttons(40),
      error: fc.record({ code: fc.constant('INTERNAL' as const), message: text, next: text }),
      notes: fc.array(text, { maxLength: 40 }),
    },
    { requiredKeys: ['stage', 'text', 'chips', 'buttons', 'notes'] },
  )
  .map((parts) => replyTo(message, parts as Partial<Reply>));

function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

describe('a reply as blocks', () => {
  test('is within the limits of Slack, whatever it holds', () => {
    fc.assert(
      fc.property(reply, fc.boolean(), fc.boolean(), (one, still, pictured) => {
        const pictures = pictured ? { sheet: 'F0SHEET', people: ['F0ONE', 'F0TWO'] } : {};
        const { blocks, text: plain, kept } = renderReply(one, { still, pictures, said: '↪ <@U1>: *more*' });
        expect(checkBlocks(asJson(blocks), 'message', everyFile)).toEqual([]);
        expect(textLength(asJson(blocks))).toBeLessThanOrEqual(limits.message.blocksText);
        expect(plain.length).toBeLessThanOrEqual(limits.message.text);
        expect(plain.length).toBeGreaterThan(0);
        for (const { value } of buttonsOf({ blocks })) {
          if (value.startsWith('kept:')) expect(kept.has(value)).toBe(true);
        }
        // Lone halves of characters cannot be sent at all.
        expect(plain + JSON.stringify(blocks)).not.toMatch(/\p{Cs}/u);
      }),
      { numRuns: 150 },
    );
  });

  test('nothing that somebody wrote calls anybody, or is markup of links', () => {
    fc.assert(
      fc.property(reply, (one) => {
        const { blocks, text: plain } = renderReply(one, {});
        for (const words of [wordsOf({ blocks }), plain]) expect(words).not.toMatch(/<[!@#h]/);
      }),
      { numRuns: 60 },
    );
    const { blocks } = renderReply(
      replyTo(message, { line: '<!channel> & "<@U1>"', text: ['<https://x|y>'] }),
    );
    expect(wordsOf({ blocks })).toContain('&lt;!channel&gt; &amp; "&lt;@U1&gt;"');
    expect(JSON.stringify(blocks)).not.toContain('<!channel>');
    for (const block of blocks) {
      if (block.type === 'section') expect(block.text).toMatchObject({ type: 'mrkdwn', verbatim: true });
    }
  });

  test('shows candidates with their buttons, what was understood, the question, and what is beside', () => {
    const picture = { pictureId: '1'.repeat(64) };
    const buttonsOfCard: Button[] = [
      { label: 'Use as query', act: { act: 'choose', picture } },
      { label: 'Not this person', act: { act: 'exclude', pictures: [picture] } },
      { label: 'Why?', act: { act: 'why', picture } },
    ];
    const question = {
      id: 'backpack',
      name: 'backpack',
      value: 'yes',
      text: 'Did she carry a backpack?',
      gain: 1,
    };
    const one = replyTo(message, {
      line: 'photo + "red cap" · camera 3',
      text: ['Found: a likeness of 92 %.'],
      answer: answerOf([
        { camera: '3', place: 'lobby', time: '12 May 2026 13:05', buttons: buttonsOfCard },
        { compared: false },
      ]),
      chips: [{ label: 'camera 3', act: { act: 'lift', part: 'cameras', value: '3' } }],
      question: {
        question: question as never,
        buttons: [{ label: 'Yes', act: { act: 'answer', question: 'backpack', value: 'yes' } }],
      },
      buttons: [{ label: 'More', act: { act: 'more' } }],
      notes: ['No language model is there.'],
    });
    const { blocks, text: plain } = renderReply(one, { pictures: { sheet: 'F0SHEET1' } });
    expect(blocks.map(({ type }) => type)).toMatchInlineSnapshot(`
      [
        "section",
        "section",
        "image",
        "section",
        "actions",
        "section",
        "section",
        "actions",
        "context",
        "actions",
        "actions",
        "context",
      ]
    `);
    expect(labelsOf({ blocks })).toEqual([
      'Use as query',
      'Not this person',
      'Why?',
      'Yes',
      '✕ camera 3',
      'More',
      'Filters',
    ]);
    expect(wordsOf({ blocks })).toContain('*Found:* a likeness of 92 %.');
    expect(wordsOf({ blocks })).toContain('*#1*  90 % · camera 3 · lobby · 12 May 2026 13:05');
    expect(wordsOf({ blocks })).toContain('_by the filter alone_');
    expect(cardsOf({ blocks })[0]).toMatchObject({ rank: 1, ...picture });
    expect(plain).toContain('Looking for photo');
    const image = blocks.find(({ type }) => type === 'image');
    expect(image).toMatchObject({ slack_file: { id: 'F0SHEET1' } });
    expect((image as { alt_text: string }).alt_text).toContain('1: 90 %, camera 3, lobby');
  });

  test('what waits for a second person says so, and has the button that stands out', async () => {
    const approve = { act: 'approve', request: 'C0GATE/1.1' } as const;
    const waits = replyTo(message, {
      text: ['Searches of the gallery archive wait for a second person.'],
      denied: [{ act: 'clue', code: 'APPROVAL_NEEDED' }],
      buttons: [
        { label: 'Approve', act: approve },
        { label: 'Help', act: { act: 'help' } },
      ],
    });
    const { blocks } = renderReply(waits);
    expect(wordsOf({ blocks })).toContain('wait for a second person');
    const [button, help] = blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
    expect(button).toMatchObject({ text: { text: 'Approve' }, style: 'primary' });
    expect(help).not.toHaveProperty('style');
    const { value } = buttonsOf({ blocks })[0]!;
    expect(await actOfValue(value, async () => undefined, 'UTC')).toEqual(approve);
  });

  test('the first page says that it is one, and the final one does not', () => {
    const page = (stage: Reply['stage']) => wordsOf(renderReply(replyTo(message, { stage, text: ['x'] })));
    expect(page('first')).toContain('is comparing');
    expect(page('final')).not.toContain('is comparing');
  });
});

describe('the value of a button', () => {
  test('is the act, or the name of one that is kept because it is long', async () => {
    const long: Act = { act: 'lift', part: 'words', value: 'x'.repeat(3_000) };
    const short: Act = { act: 'lift', part: 'words', value: 'red cap' };
    const { blocks, kept } = renderReply(
      replyTo(message, {
        buttons: [
          { label: 'a', act: long },
          { label: 'b', act: short },
        ],
      }),
    );
    const recall = async (name: string) => kept.get(name);
    const values = buttonsOf({ blocks }).map(({ value }) => value);
    expect(values[0]).toMatch(/^kept:/);
    expect(await Promise.all(values.map((value) => actOfValue(value, recall, 'UTC')))).toEqual([long, short]);
  });

  test.each(['', 'x', '{}', '{"act":"unknown"}', `kept:${'0'.repeat(32)}`, '{"act":"lift","part":"all"}'])(
    'that is none of ours is told in a sentence: %s',
    async (value) => {
      await expect(actOfValue(value, async () => undefined, 'UTC')).rejects.toMatchObject({
        code: 'REQUEST_INVALID',
        message: 'This button is from another version of the bot.',
      });
    },
  );
});

describe('text', () => {
  test('is cut between characters, and never inside of what stands for one', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.integer({ min: 1, max: 120 }),
        (words, most) => {
          const short = cut(escaped(words), most);
          expect(short.length).toBeLessThanOrEqual(most);
          expect(short).not.toMatch(/\p{Cs}/u);
          expect(short.replace(/&(amp|lt|gt);/g, '')).not.toContain('&');
        },
      ),
    );
  });

  test.each([
    ['<@U0BOT> not 2', 'not 2'],
    ['a &lt;b&gt; &amp; c', 'a <b> & c'],
    ['see <https://x.example/a?b=1&amp;c=2>', 'see https://x.example/a?b=1&c=2'],
    ['see <https://x.example|the page> of <#C1|gate>', 'see the page of #gate'],
    ['<mailto:a@b.example|a@b.example> <!here> <!subteam^S1|@team>', 'a@b.example @here @team'],
    ['ask <@U2|boris>\n camera  3', 'ask @boris\n camera 3'],
    ['&amp;lt;', '&lt;'],
    ['<@U0BOT|chatreid> not 2', 'not 2'],
    ['between < 1.80 and > 1.60, <b>', 'between < 1.80 and > 1.60, <b>'],
    ['<https://x.example|> <tel:+4930|+49 30>', 'https://x.example +49 30'],
  ])('of a message is what was typed: %s', (sent, typed) => {
    expect(writtenText(sent, 'U0BOT')).toBe(typed);
  });
});

describe('views', () => {
  const galleries = [
    { name: 'site', pictures: 1_200, cameras: ['10', '2', '3'], places: ['lobby & hall'] },
    { name: 'yard', pictures: 1, cameras: [], places: [] },
  ];

  test('the form holds what restricts the search, and nothing more than Slack takes', () => {
    const state = { gallery: 'site', cameras: ['3'], places: [], after: '2026-05-12T10:00:00.000Z' };
    const view = formView({ kind: 'filters', place: { channel: 'C1', thread: '1.1' }, state, galleries });
    expect(checkBlocks(asJson(view.blocks), 'modal' as never, everyFile)).toEqual([]);
    const json = JSON.stringify(view);
    expect(json).toContain(
      '"initial_options":[{"text":{"type":"plain_text","text":"3","emoji":false},"value":"3"}]',
    );
    expect(json).toContain(`"initial_date_time":${Date.parse(state.after) / 1000}`);
    expect(JSON.parse(view.private_metadata ?? '')).toEqual({ channel: 'C1', thread: '1.1' });
    const many = Array.from({ length: 101 }, (_, camera) => String(camera));
    const typed = formView({
      kind: 'find',
      galleries: [{ name: 'a', pictures: 1, cameras: many, places: [] }],
    });
    expect(checkBlocks(asJson(typed.blocks), 'modal' as never, everyFile)).toEqual([]);
    expect(JSON.stringify(typed)).toContain('Cameras, with commas between them');
  });

  test('what was sent becomes acts: what is empty restricts no more', () => {
    const values = {
      cameras: { cameras: { selected_options: [{ value: '3' }, { value: '2' }] } },
      places: { places: { selected_options: [] } },
      after: { after: { selected_date_time: 1_778_580_000 } },
      before: { before: { selected_date_time: null } },
    };
    const view = readView({
      id: 'V1',
      callback_id: 'filters',
      private_metadata: '{"channel":"C1"}',
      state: { values },
    })!;
    expect(view).toMatchObject({ place: { channel: 'C1' }, cameras: ['3', '2'], words: '' });
    expect(actsOfView(view)).toEqual([
      { act: 'lift', part: 'time' },
      { act: 'constrain', cameras: ['3', '2'], places: [], after: '2026-05-12T10:00:00.000Z' },
    ]);
    expect(viewErrors(view)).toBeUndefined();
    expect(
      viewErrors({ ...view, after: '2026-05-13T00:00:00Z', before: '2026-05-12T00:00:00Z' }),
    ).toHaveProperty('before');
    expect(viewErrors({ ...view, kind: 'find' })).toHaveProperty('words');
    expect(
      readView({ id: 'V1', callback_id: 'another', private_metadata: '', state: { values } }),
    ).toBeUndefined();
  });

  test('the home tab lists searches and galleries', () => {
    const talks = Array.from({ length: 30 }, (_, at) => ({
      conversation: `slack:T1/C1/17${at}.000100`,
      line: `"red cap" ${at}`,
      at: '2026-05-12T10:00:00Z',
      asked: 'a man <!channel>',
    }));
    const view = homeView({
      talks,
      galleries,
      help: ['Say it & see.'],
      workspaceUrl: 'https://site.slack.com/',
    });
    expect(checkBlocks(asJson(view.blocks), 'home' as never, everyFile)).toEqual([]);
    const words = wordsOf({ blocks: view.blocks });
    expect(words).toContain(
      '<https://site.slack.com/archives/C1/p170000100?thread_ts=170.000100&amp;cid=C1|Open>',
    );
    expect(words).toContain('a man &lt;!channel&gt;');
    expect(words).toContain('1,200 pictures · cameras 10, 2, 3 · lobby &amp; hall');
  });
});
