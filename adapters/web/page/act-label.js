/** What a press says, in words and pictures: shown where the user's own words would stand. */
import { pictureUrl } from './api.js';
import { h } from './dom.js';

const face = (picture) =>
  picture && 'pictureId' in picture
    ? h('img', { src: pictureUrl(picture.pictureId), alt: 'this picture' })
    : picture && 'rank' in picture
      ? `#${picture.rank}`
      : picture && 'query' in picture
        ? 'the query'
        : 'the picture';

const answers = { yes: 'Yes', no: 'No', unknown: 'Don’t know' };

/** @returns {(string | Node)[]} */
export function actLabel(act) {
  switch (act.act) {
    case 'choose':
      return ['Use as query', face(act.picture)];
    case 'exclude':
      return ['Not', ...act.pictures.map(face)];
    case 'why':
      return ['Why?', act.picture ? face(act.picture) : '#1'];
    case 'describe':
      return ['Describe', face(act.picture)];
    case 'compare':
      return ['Compare', face(act.first), face(act.second)];
    case 'verify':
      return ['Same person?', face(act.first), face(act.second)];
    case 'show':
      return ['Search with', ...act.pictures.map(face)];
    case 'case':
      return [`Case ${act.purpose}`];
    case 'approve':
      return ['Approve'];
    case 'more':
      return ['More'];
    case 'undo':
      return ['Undo'];
    case 'reset':
      return ['Start over'];
    case 'help':
      return ['Help'];
    case 'answer':
      return [answers[act.value]];
    case 'person':
      return [`Person ${act.number}`];
    case 'forget':
      return ['Forget', ...act.pictures.map(face)];
    case 'lift':
      return [`Without ${act.part === 'words' && act.value ? `“${act.value}”` : nameOfPart(act)}`];
    case 'constrain':
      return [restriction(act)];
    case 'clue':
      return [`“${act.words}”`];
    default:
      return [act.act];
  }
}

function nameOfPart({ part, value }) {
  const names = {
    exclusions: 'the exclusion',
    pictures: 'the picture',
    cameras: 'camera',
    places: '',
    time: 'the time',
    answers: 'the answer',
    gallery: 'the gallery',
  };
  const shown = (part === 'cameras' || part === 'places') && value ? value : '';
  return part === 'cameras' && !value
    ? 'the cameras'
    : part === 'places' && !value
      ? 'the places'
      : `${names[part] ?? part} ${shown}`.trim();
}

function restriction({ cameras = [], places = [], after, before, gallery }) {
  const parts = [
    cameras.length > 0 && `camera ${cameras.join(' or ')}`,
    places.length > 0 && places.join(' or '),
    after && !before && 'from a time on',
    before && !after && 'up to a time',
    after && before && 'a span of time',
    gallery && `gallery ${gallery}`,
  ].filter(Boolean);
  return `Only ${parts.join(', ')}`;
}
