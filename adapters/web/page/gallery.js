/** The gallery browser: what is in it, and a way to search with any of it. */
import { getJson, pictureUrl } from './api.js';
import { openDialog } from './dialog.js';
import { counted, fill, h, icon } from './dom.js';
import { showPicture } from './picture-dialog.js';
import { uploadForm } from './upload.js';

const pageSize = 60;

/** @param {{ press: (acts: object[]) => void, start: Promise<object> }} context */
export async function browseGalleries(context) {
  const { body, close } = openDialog('Galleries', { large: true });
  const view = { chosen: undefined, camera: '', place: '', adding: false };

  const load = async () => {
    try {
      const galleries = await getJson('galleries');
      view.chosen ??= galleries[0]?.name;
      draw(galleries);
    } catch (error) {
      fill(body, h('p.error-text', { role: 'alert' }, `${error.message} ${error.next}`));
    }
  };
  const again = (change, galleries) => {
    Object.assign(view, change);
    draw(galleries);
  };
  const draw = (galleries) => {
    const gallery = galleries.find(({ name }) => name === view.chosen);
    const set = (change) => again(change, galleries);
    fill(
      body,
      h(
        'div.gallery-tools',
        {},
        galleries.length > 0 &&
          choice(
            'Gallery',
            galleries.map(({ name }) => name),
            view.chosen,
            (chosen) => set({ chosen, camera: '', place: '' }),
          ),
        gallery && choice('Camera', ['', ...gallery.cameras], view.camera, (camera) => set({ camera })),
        gallery && choice('Place', ['', ...gallery.places], view.place, (place) => set({ place })),
        h(
          'button.outlined.quiet',
          { 'aria-expanded': String(view.adding), onclick: () => set({ adding: !view.adding }) },
          icon('plus'),
          'Add pictures',
        ),
      ),
      view.adding &&
        uploadForm({
          gallery: view.chosen ?? 'default',
          galleries,
          start: context.start,
          onDone: (name) => {
            view.chosen = name;
            view.adding = true;
            getJson('galleries').then(
              (all) => refreshPictures(all),
              () => undefined,
            );
          },
        }),
      h('div.stack', { id: 'gallery-pictures' }, picturesOf(gallery)),
    );
  };
  const refreshPictures = (all) =>
    fill(body.querySelector('#gallery-pictures'), picturesOf(all.find(({ name }) => name === view.chosen)));
  const picturesOf = (gallery) =>
    gallery
      ? [
          h('p.soft', {}, summary(gallery)),
          pictureGrid(gallery.name, view, (picture) => open(gallery.name, picture)),
        ]
      : h('p', {}, 'There is no gallery yet. Add some pictures to begin.');
  const open = (gallery, { pictureId, cameraId, place, time, personId, caption, source }) =>
    showPicture({
      pictureId,
      title: 'Picture',
      facts: [
        ['Camera', cameraId],
        ['Place', place],
        ['Time', time],
        ['Person', personId],
        ['Caption', caption],
        ['File', source],
      ],
      buttons: [
        {
          label: 'Search with this picture',
          press: () => {
            close();
            context.press([
              { act: 'constrain', gallery },
              { act: 'show', pictures: [{ pictureId }] },
            ]);
          },
        },
      ],
    });
  await load();
}

function summary({ pictures, persons, cameras, places }) {
  return [
    counted(pictures, 'picture'),
    persons > 0 && `${persons.toLocaleString('en-US')} known people`,
    cameras.length > 0 && counted(cameras.length, 'camera'),
    places.length > 0 && counted(places.length, 'place'),
  ]
    .filter(Boolean)
    .join(' · ');
}

function choice(label, values, chosen, onChange) {
  const select = h(
    'select',
    {},
    values.map((value) => h('option', { value, selected: value === chosen }, value === '' ? 'all' : value)),
  );
  select.addEventListener('change', () => onChange(select.value));
  return h('label', {}, label, select);
}

function pictureGrid(gallery, { camera, place }, open) {
  const list = h('ul.pictures', { 'aria-label': 'Pictures' });
  const more = h('button.outlined', { hidden: true }, 'Show more');
  let offset = 0;
  let failed;
  const load = async () => {
    more.disabled = true;
    const query = new URLSearchParams({
      offset: String(offset),
      limit: String(pageSize),
      ...(camera ? { camera } : {}),
      ...(place ? { place } : {}),
    });
    const pictures = await getJson(`galleries/${encodeURIComponent(gallery)}/pictures?${query}`).catch(
      (error) => {
        failed = error;
        return [];
      },
    );
    offset += pictures.length;
    list.append(
      ...pictures.map((picture) =>
        h(
          'li',
          {},
          h(
            'button',
            {
              'aria-label': [
                'Picture',
                picture.cameraId && `camera ${picture.cameraId}`,
                picture.place,
                picture.time,
              ]
                .filter(Boolean)
                .join(', '),
              onclick: () => open(picture),
            },
            h('img', { src: pictureUrl(picture.pictureId), alt: '', loading: 'lazy', decoding: 'async' }),
          ),
        ),
      ),
    );
    more.hidden = pictures.length < pageSize;
    more.disabled = false;
    if (failed) more.replaceWith(h('p.error-text', { role: 'alert' }, `${failed.message} ${failed.next}`));
    else if (offset === 0) list.replaceWith(h('p.soft', {}, 'Nothing here.'));
  };
  more.addEventListener('click', load);
  load();
  return h('div.stack', {}, list, more);
}
