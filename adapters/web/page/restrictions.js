/** Where and when to look, as a form with what the gallery knows. */
import { getJson } from './api.js';
import { openDialog } from './dialog.js';
import { fill, h } from './dom.js';

/** @param {string} talk @param {(acts: object[]) => void} press */
export async function restrict(talk, press) {
  const { body, close } = openDialog('Restrict the search');
  fill(body, h('p.soft', {}, 'One moment'));
  try {
    const [scope, galleries] = await Promise.all([getJson(`talks/${talk}/scope`), getJson('galleries')]);
    fill(body, form(scope, galleries, press, close));
  } catch (error) {
    fill(body, h('p.error-text', { role: 'alert' }, `${error.message} ${error.next}`));
  }
}

function form(scope, galleries, press, close) {
  const known = galleries.find(({ name }) => name === scope.gallery) ??
    galleries[0] ?? { cameras: [], places: [] };
  const element = h('form.form', {});
  const draw = ({ cameras, places }) =>
    fill(
      element,
      galleries.length > 1 &&
        galleryField(galleries, element.dataset.gallery ?? scope.gallery, (chosen) => {
          element.dataset.gallery = chosen.name;
          draw(chosen);
        }),
      cameras.length > 0 && options('Cameras', 'camera', cameras, scope.cameras),
      places.length > 0 && options('Places', 'place', places, scope.places),
      h(
        'div.pair',
        {},
        h('label', {}, 'From', h('input', { type: 'datetime-local', name: 'after', value: scope.after })),
        h('label', {}, 'Until', h('input', { type: 'datetime-local', name: 'before', value: scope.before })),
      ),
      h(
        'div.end',
        {},
        h('button.outlined', { type: 'button', onclick: close }, 'Cancel'),
        h('button.primary', {}, 'Search there'),
      ),
    );
  draw(known);
  element.addEventListener('submit', (event) => {
    event.preventDefault();
    const acts = changes(scope, new FormData(element));
    close();
    if (acts.length > 0) press(acts);
  });
  return element;
}

function galleryField(galleries, chosen, onChange) {
  const select = h(
    'select',
    { name: 'gallery', id: 'restrict-gallery' },
    galleries.map(({ name }) => h('option', { value: name, selected: name === chosen }, name)),
  );
  select.addEventListener('change', () => onChange(galleries.find(({ name }) => name === select.value)));
  return h('div.pair', {}, h('label', { for: 'restrict-gallery' }, 'Gallery', select));
}

function options(title, name, values, chosen) {
  return h(
    'fieldset',
    {},
    h('legend', {}, title),
    h(
      'div.options',
      {},
      values.map((value) =>
        h('label', {}, h('input', { type: 'checkbox', name, value, checked: chosen.includes(value) }), value),
      ),
    ),
  );
}

/** Only what is different: a field that is given replaces what held before, and an empty one takes it back. */
function changes(scope, data) {
  const acts = [];
  const constrain = {};
  const list = (field, part) => {
    const values = data.getAll(field);
    if (values.length === scope[part].length && values.every((value) => scope[part].includes(value))) return;
    if (values.length === 0) acts.push({ act: 'lift', part });
    else constrain[part] = values;
  };
  list('camera', 'cameras');
  list('place', 'places');
  const [after, before] = [data.get('after'), data.get('before')];
  if (after !== (scope.after ?? '') || before !== (scope.before ?? '')) {
    if ((scope.after && !after) || (scope.before && !before)) acts.push({ act: 'lift', part: 'time' });
    if (after) constrain.after = after;
    if (before) constrain.before = before;
  }
  const gallery = data.get('gallery');
  if (gallery && gallery !== scope.gallery) constrain.gallery = gallery;
  if (Object.keys(constrain).length > 0) acts.push({ act: 'constrain', ...constrain });
  return acts;
}
