/** The story of the product, played in Slack: the real client library, the shipped filter, pictures of the demo gallery. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Composition, makers } from '../../../src/cli/composition.ts';
import { runCommandLine } from '../../../src/cli/program.ts';
import { settingsFrom } from '../../../src/cli/settings.ts';
import { demoGallery, demoQueries } from '../web/demo-people.ts';
import { blocksOf, cardsOf, labelsOf, payloadOf, shownReply, wordsOf } from './posted-reading.ts';
import type { SaidOnSlack } from './server/people.ts';
import type { SlackMessage } from './server/workspace.ts';
import { SlackHouse } from './slack-house.ts';

/** Enough that more than one page is left when cameras and hours are restricted, and few enough to be encoded in seconds. */
const registered = demoGallery.filter(({ personId }) => personId <= '0012');
const photo = demoQueries[0]!;
const another = demoQueries.find(({ personId }) => personId > photo.personId)!;
const personOf = new Map(demoGallery.map(({ pictureId, personId }) => [pictureId, personId]));
const now = () => new Date('2026-05-14T10:00:00Z');
const patience = { timeout: 120_000, interval: 50 };

describe('the story', () => {
  let home = '';
  let house: SlackHouse;
  let parts: Composition;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'chatreid-slack-story-'));
    const env = { ...process.env, NO_COLOR: '1', CHATREID_HOME: home, CHATREID_TIME_ZONE: 'UTC' };
    const manifest = join(home, 'story.jsonl');
    const rows = registered.map(({ path, personId, cameraId, place, time }) =>
      JSON.stringify({ path, person_id: personId, camera_id: cameraId, place, time }),
    );
    await writeFile(manifest, rows.join('\n'));
    const added = await runCommandLine(['gallery', 'add', manifest, '--gallery', 'story'], {
      stdin: Object.assign(Readable.from([]), { isTTY: false }),
      stdout: new PassThrough().resume(),
      stderr: new PassThrough().resume(),
      env,
      signal: new AbortController().signal,
      now,
    });
    expect(added).toBe(0);
    parts = new Composition(settingsFrom(env), makers);
    house = await SlackHouse.build();
    await house.open(await parts.conversations('story', now), { timeZone: 'UTC' });
  }, 300_000);

  afterAll(async () => {
    await house?.remove();
    await parts?.close();
    await rm(home, { recursive: true, force: true });
  });

  test('from a photo to the person, by fragments, a correction, a found one as the query, and reasons', async () => {
    const { people, workspace } = house.slack;
    const file = async (path: string) => ({ name: basename(path), bytes: await readFile(path) });
    const answerTo = async (said: SaidOnSlack): Promise<SlackMessage> => {
      await expect.poll(() => house.finals(`${said.channel}/${said.ts}`).length, patience).toBe(1);
      return checked(house.finals(`${said.channel}/${said.ts}`)[0]!);
    };
    const checked = (answer: SlackMessage) => {
      expect(payloadOf(answer).error).toBeUndefined();
      return answer;
    };
    /** The press of a button is answered by the next post of the thread. */
    const pressed = async (on: SlackMessage, label: string | RegExp): Promise<SlackMessage> => {
      const before = posts().length;
      await people.press({ ts: on.ts, channel: on.channel }, label);
      await expect
        .poll(
          () =>
            posts()
              .slice(before)
              .map((post) => payloadOf(post).stage),
          patience,
        )
        .toEqual(['final']);
      return checked(posts().at(-1)!);
    };
    const posts = () => workspace.thread(root.channel, root.ts).filter(({ fromBot }) => fromBot);
    const shown = (answer: SlackMessage) => cardsOf(answer).map(({ pictureId }) => pictureId);
    const chips = (answer: SlackMessage) => shownReply(answer).chips.map(({ label }) => label);

    const root = people.upload([await file(photo.path)], {
      mention: true,
      text: 'did we see this woman on Tuesday?',
    });
    const page = await answerTo(root);
    const [best, second] = shown(page);
    expect(personOf.get(best!)).toBe(photo.personId);
    expect(chips(page).join(' ')).toMatch(/12 May/);
    expect(blocksOf(page).filter(({ type }) => type === 'image')).toHaveLength(1);
    expect(labelsOf(page)).toEqual(
      expect.arrayContaining(['Use as query', 'Not this person', 'Why?', 'Filters']),
    );

    // Without a mention, by a colleague.
    const narrowed = await answerTo(
      people.reply(root, {
        user: 'U0BORIS',
        text: 'not 2, and she had a red hat in the afternoon, only camera 4',
      }),
    );
    expect(shown(narrowed)).not.toContain(second);
    expect(chips(narrowed).join(' | ')).toMatch(/red hat.*camera 4/is);
    const cameras = blocksOf(narrowed).flatMap(
      ({ text }) => /camera (\w+)/.exec(/^\*#/.test(text?.text ?? '') ? text!.text : '')?.[1] ?? [],
    );
    expect(new Set(cameras)).toEqual(new Set(['4']));

    const used = await pressed(narrowed, 'Use as query');
    expect(wordsOf(used)).toContain('<@U0ANNA>: *Use as query*');
    const why = await pressed(used, 'Why?');
    expect(wordsOf(why).length).toBeGreaterThan(40);

    const verdict = await answerTo(
      people.reply(root, { text: 'is it the same person as 1?', files: [await file(another.path)] }),
    );
    expect(wordsOf(verdict)).toMatch(/same|different/i);

    let wide = used;
    for (const part of [/^✕ camera/, /^✕ .*12 May/]) {
      if (labelsOf(wide).some((label) => part.test(label))) wide = await pressed(wide, part);
    }
    const more = await answerTo(people.reply(root, { text: 'more' }));
    expect(shown(more).filter((candidate) => !shown(wide).includes(candidate)).length).toBeGreaterThan(0);

    const anew = await answerTo(people.reply(root, { text: 'start over' }));
    expect(chips(anew)).toEqual([]);
    expect(house.troubles).toEqual([]);
    expect(house.slack.mistakes).toEqual([]);
    // Each answer once, and nothing besides.
    expect(posts().every((post) => payloadOf(post).stage === 'final')).toBe(true);
    expect(new Set(posts().map((post) => payloadOf(post).to)).size).toBe(posts().length);
  }, 300_000);
});
