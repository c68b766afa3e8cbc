/** The state of a search in one line. */
import { expect, test } from 'vitest';
import { pictureFromBytes } from '../../src/foundation/picture.ts';
import { scopeLine, searchLine } from '../../src/retrieval/search-line.ts';

const photo = pictureFromBytes(Buffer.from('a'));
const zone = 'Europe/Berlin';
const noon = new Date('2026-11-24T11:00:00Z');
const six = new Date('2026-11-24T17:00:00Z');

test.each([
  [{ pictures: [], words: '', negatives: [] }, {}, 'nothing yet'],
  [{ pictures: [photo], words: ' ', negatives: [] }, {}, 'photo'],
  [{ pictures: [], words: 'red\n cap', negatives: [] }, {}, '"red cap"'],
  [{ pictures: [photo, photo], words: 'red cap', negatives: [photo] }, {}, '2 photos + "red cap" − 1'],
  [
    { pictures: [photo], words: 'red cap', negatives: [photo] },
    { cameras: ['3'], after: noon },
    'photo + "red cap" − 1 · camera 3 · after 24 Nov 2026 12:00',
  ],
])('%j %j', (query, scope, line) => {
  expect(searchLine(query, scope, zone)).toBe(line);
});

test('restrictions: alternatives, ranges in one day and over several', () => {
  expect(scopeLine({ cameras: ['3', '5'], places: ['Hall', 'Lobby'] }, zone)).toBe(
    'camera 3 or 5 · Hall or Lobby',
  );
  expect(scopeLine({ after: noon, before: six }, zone)).toBe('24 Nov 2026 12:00 – 18:00');
  expect(scopeLine({ after: noon, before: new Date('2026-11-25T17:00:00Z') }, zone)).toBe(
    '24 Nov 2026 12:00 – 25 Nov 2026 18:00',
  );
  expect(scopeLine({ before: six, persons: ['7'], tags: ['bag'] }, zone)).toBe(
    'person 7 · tagged bag · before 24 Nov 2026 18:00',
  );
  expect(scopeLine({ exclude: ['x'] }, zone)).toBe('');
});
