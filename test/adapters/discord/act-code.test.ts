/** Acts in ids of buttons: the same act comes back, whatever words are in it, after a restart too. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ActCodes, codeOf, decoded } from '../../../adapters/discord/act-code.ts';
import { discordLimits } from '../../../adapters/discord/limits.ts';
import { Journal } from '../../../adapters/journal.ts';
import type { Act, PictureRef } from '../../../src/conversation/act.ts';
import { memoryShelves } from '../memory-shelf.ts';

const pictureId = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));
const ref: fc.Arbitrary<PictureRef> = fc.oneof(
  pictureId.map((id) => ({ pictureId: id })),
  fc.integer({ min: 1, max: 9999 }).map((rank) => ({ rank })),
  fc.constant({ query: true as const }),
);
const spoken = fc
  .string({ minLength: 1, maxLength: 400, unit: 'grapheme' })
  .filter((text) => /\S/.test(text));
const name = fc.string({ minLength: 1, maxLength: 200 });
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.constantFrom<Act>({ act: 'more' }, { act: 'undo' }, { act: 'reset' }, { act: 'help' }, { act: 'why' }),
  fc.array(ref, { maxLength: 4 }).map((pictures): Act => ({ act: 'exclude', pictures })),
  fc.array(ref, { maxLength: 2 }).map((pictures): Act => ({ act: 'show', pictures })),
  ref.map((picture): Act => ({ act: 'choose', picture })),
  ref.map((picture): Act => ({ act: 'why', picture })),
  ref.map((picture): Act => ({ act: 'describe', picture })),
  fc.tuple(ref, ref).map(([first, second]): Act => ({ act: 'compare', first, second })),
  fc.tuple(ref, ref).map(([first, second]): Act => ({ act: 'verify', first, second })),
  fc.integer({ min: 1, max: 999 }).map((number): Act => ({ act: 'person', number })),
  fc
    .tuple(name, fc.constantFrom('yes' as const, 'no' as const, 'unknown' as const))
    .map(([question, value]): Act => ({ act: 'answer', question, value })),
  fc
    .tuple(fc.constantFrom('words' as const, 'cameras' as const, 'time' as const), spoken)
    .map(([part, value]): Act => ({ act: 'lift', part, value })),
  spoken.map((words): Act => ({ act: 'clue', words })),
  fc.array(name, { maxLength: 3 }).map((cameras): Act => ({ act: 'constrain', cameras })),
);

describe('acts in ids', () => {
  test('any act comes back the same, in at most a hundred characters, in a later process too', async () => {
    await fc.assert(
      fc.asyncProperty(act, async (one) => {
        const shelves = memoryShelves();
        const id = await new ActCodes(new Journal('discord', shelves)).encode(one);
        expect(id.length).toBeLessThanOrEqual(discordLimits.customId);
        expect(await new ActCodes(new Journal('discord', shelves)).decode(id)).toEqual(one);
      }),
      { numRuns: 300 },
    );
  });

  test('what is pressed every day needs nothing kept: the buttons of a candidate, an answer, more', () => {
    const picture = { pictureId: 'ab'.repeat(32) };
    for (const one of [
      { act: 'choose', picture },
      { act: 'exclude', pictures: [picture] },
      { act: 'why', picture },
      { act: 'answer', question: 'top=red', value: 'yes' },
      { act: 'lift', part: 'cameras', value: '3' },
      { act: 'more' },
    ] satisfies Act[]) {
      expect(codeOf(one)).toBeDefined();
    }
  });

  test('an id that nobody gave out is no act, and never an error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `1${text}`),
        ),
        (id) => {
          const one = decoded(id);
          if (one !== undefined) expect(typeof one.act).toBe('string');
        },
      ),
    );
    expect(decoded('1u.not a picture')).toBeUndefined();
    expect(decoded('2m')).toBeUndefined();
  });

  test('what a talk kept for its buttons goes with it', async () => {
    const codes = new ActCodes(new Journal('discord', memoryShelves()));
    const long: Act = { act: 'lift', part: 'words', value: 'a very long description '.repeat(10) };
    const id = await codes.encode(long);
    await codes.forget([long, { act: 'more' }]);
    expect(await codes.decode(id)).toBeUndefined();
  });
});
