/** A typed line: which of it are pictures, which are words, and which are for the terminal itself. */
import { homedir } from 'node:os';
import { expect, test } from 'vitest';
import { readTypedLine } from '../../../adapters/terminal/typed-line.ts';

const files = new Set([
  'seen.jpg',
  'my photo.jpg',
  'image of him.jpg',
  '/tmp/a b.png',
  'pics/2.webp',
  'snapshot',
  "o'brien (1).jpg",
  `${homedir()}/me.jpg`,
  'bag',
]);
const read = (line: string) => readTypedLine(line, (path) => files.has(path));
const message = (text: string, ...pictures: string[]) => ({ kind: 'message', text, pictures });

test.each([
  ['', { kind: 'nothing' }],
  ['   ', { kind: 'nothing' }],
  ['red jacket', message('red jacket')],
  ['seen.jpg', message('', 'seen.jpg')],
  ["'my photo.jpg' ", message('', 'my photo.jpg')],
  ['my\\ photo.jpg', message('', 'my photo.jpg')],
  ["o\\'brien\\ \\(1\\).jpg", message('', "o'brien (1).jpg")],
  ['file:///tmp/a%20b.png', message('', '/tmp/a b.png')],
  ['~/me.jpg with a hat', message('with a hat', `${homedir()}/me.jpg`)],
  ['image of him.jpg', message('', 'image of him.jpg')],
  ['image "my photo.jpg" red cap', message('red cap', 'my photo.jpg')],
  ['image my photo.jpg red cap', message('red cap', 'my photo.jpg')],
  ['image snapshot in the hall', message('in the hall', 'snapshot')],
  ['/image seen.jpg', message('', 'seen.jpg')],
  ['is seen.jpg the same as pics/2.webp', message('is the same as', 'seen.jpg', 'pics/2.webp')],
  ["'/tmp/a b.png' seen.jpg no hat", message('no hat', '/tmp/a b.png', 'seen.jpg')],
  ['image seen.jpg pics/2.webp', message('', 'seen.jpg', 'pics/2.webp')],
  ['he had a bag', message('he had a bag')],
  ['it\'s the "red cap" man\'s', message('it\'s the "red cap" man\'s')],
  ['black/white shoes', message('black/white shoes')],
  ['image of a man in black', message('image of a man in black')],
  ['IMAGE nowhere.jpg', { kind: 'missing', path: 'nowhere.jpg' }],
  ['image /nowhere/photo', { kind: 'missing', path: '/nowhere/photo' }],
  ['look at nowhere.png please', { kind: 'missing', path: 'nowhere.png' }],
  ['image', { kind: 'missing', path: '' }],
  ['/more', message('more')],
  ['/not 2', message('not 2')],
  ['/quit', { kind: 'quit' }],
  ['exit', { kind: 'quit' }],
  ['/help', { kind: 'help' }],
  ['?', { kind: 'help' }],
  ['/sheet', { kind: 'sheet' }],
  ['quit the building at noon', message('quit the building at noon')],
])('the line %j', (line, typed) => {
  expect(read(line)).toEqual(typed);
});
