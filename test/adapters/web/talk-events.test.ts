/** Events of talks: pages that listen keep listening, and a number is never given twice. */
import { expect, test } from 'vitest';
import { type TalkEvent, TalkEvents } from '../../../adapters/web/talk-events.ts';

const done = (to: string): TalkEvent => ({ kind: 'done', data: { to } });
const message = (id: string): TalkEvent => ({
  kind: 'message',
  data: {
    id,
    user: 'web:local',
    at: '2026-05-12T12:00:00.000Z',
    text: 'red coat',
    pictures: [],
    acts: [],
    notes: [],
  },
});

test('a page that listens to a forgotten talk is told that it is, and what is said in it afterwards', () => {
  const events = new TalkEvents();
  const told: string[] = [];
  events.publish('a', message('1'));
  events.listen('a', ({ kind }) => told.push(kind));
  events.forget('a');
  expect(events.open('a', 'web:local')).toEqual({ messages: [], replies: [] });
  events.publish('a', message('2'));
  events.publish('a', done('2'));
  expect(told).toEqual(['forgotten', 'message', 'done']);
});

test.each([true, false])(
  'a page that shows a forgotten talk gets everything (another listens: %j)',
  (heard) => {
    const events = new TalkEvents();
    events.publish('a', message('1'));
    const old = events.lastId('a');
    if (heard) events.listen('a', () => undefined);
    events.forget('a');
    expect(events.since('a', old)).toBeUndefined();
    const fresh = events.lastId('a');
    events.publish('a', message('2'));
    expect(events.since('a', old)).toBeUndefined();
    expect(events.since('a', fresh)?.map(({ kind }) => kind)).toEqual(['message']);
  },
);

test('a talk that was dropped begins above its old numbers: an old id is not taken for a new one', () => {
  const events = new TalkEvents();
  events.publish('a', message('1'));
  const old = events.lastId('a');
  events.publish('a', done('1'));
  for (let talk = 0; talk < 200; talk++) events.publish(`other ${talk}`, done('x'));
  for (const id of ['2', '3', '4']) events.publish('a', done(id));
  expect(events.since('a', old)).toBeUndefined();
});
