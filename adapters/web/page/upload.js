/** Fills a gallery from the page: some pictures a request, so that there is progress and no limit on all of them. */
import { request } from './api.js';
import { announce } from './announcer.js';
import { counted, fill, h } from './dom.js';

const megabytesAtOnce = 48;

export function uploadForm({ gallery, galleries, start, onDone }) {
  const files = h('input', {
    type: 'file',
    name: 'files',
    accept: 'image/*',
    multiple: true,
    required: true,
  });
  const names = h(
    'datalist',
    { id: 'gallery-names' },
    galleries.map(({ name }) => h('option', { value: name })),
  );
  const outcome = h('div.stack', { role: 'status' });
  const button = h('button.primary', {}, 'Add them');
  const field = (label, properties) => h('label', {}, label, h('input', { maxlength: 100, ...properties }));
  const form = h(
    'form.upload.form',
    { 'aria-label': 'Add pictures' },
    names,
    h('label', {}, 'Pictures ', files),
    h(
      'div.pair',
      {},
      field('Gallery', { name: 'gallery', value: gallery, list: 'gallery-names', required: true }),
      field('Camera', { name: 'camera' }),
      field('Place', { name: 'place' }),
      field('Time', { name: 'time', type: 'datetime-local' }),
    ),
    h('div.end', {}, button),
    outcome,
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    const fields = new FormData(form);
    fields.delete('files');
    try {
      const { limits } = await start;
      await uploadAll([...files.files], fields, limits, outcome);
      form.querySelector('[type=file]').value = '';
      onDone(fields.get('gallery'));
    } finally {
      button.disabled = false;
    }
  });
  return form;
}

async function uploadAll(files, fields, limits, outcome) {
  const bar = h('progress', { max: files.length, value: 0, 'aria-label': 'Pictures added' });
  const line = h('p', {});
  const total = { done: 0, added: 0, already: 0, failed: [], notes: [] };
  const show = (done) => {
    bar.value = done;
    line.textContent = `${done} of ${counted(files.length, 'picture')}`;
  };
  fill(outcome, line, bar);
  show(0);
  try {
    for (const some of batches(files, limits, total.failed)) {
      const { added, already, failed, notes } = await upload(some, fields, (done) => show(total.done + done));
      total.done += some.length;
      total.added += added;
      total.already += already;
      total.failed.push(...failed);
      total.notes.push(...notes);
      show(total.done);
    }
  } catch (error) {
    total.failed.push({ source: 'Stopped', message: error.message, next: error.next ?? '' });
  }
  const said = [
    `${counted(total.added, 'picture')} added`,
    total.already > 0 && `${total.already} were there before`,
    total.failed.length > 0 && `${total.failed.length} could not be added`,
  ]
    .filter(Boolean)
    .join(', ');
  announce(said);
  fill(
    outcome,
    h('p', {}, `${said}.`),
    total.notes.map((note) => h('p.soft', {}, note)),
    total.failed.length > 0 &&
      h(
        'ul.failures',
        {},
        total.failed.map(({ source, message, next }) =>
          h('li', {}, h('strong', {}, `${source}: `), `${message} ${next}`),
        ),
      ),
  );
}

function* batches(files, limits, failed) {
  let some = [];
  let bytes = 0;
  for (const file of files) {
    if (file.size > limits.bytesPerPicture) {
      failed.push({
        source: file.name,
        message: `It is larger than ${limits.bytesPerPicture / 1048576} MB.`,
        next: '',
      });
      continue;
    }
    if (
      some.length > 0 &&
      (some.length >= limits.pictures || bytes + file.size > megabytesAtOnce * 1048576)
    ) {
      yield some;
      [some, bytes] = [[], 0];
    }
    some.push(file);
    bytes += file.size;
  }
  if (some.length > 0) yield some;
}

/** The answer is one line of JSON for every step. */
async function upload(files, fields, onProgress) {
  const form = new FormData();
  for (const [name, value] of fields) form.set(name, value);
  for (const file of files) form.append('pictures', file, file.name);
  const { body } = await request(`galleries/${encodeURIComponent(fields.get('gallery'))}/pictures`, {
    method: 'POST',
    body: form,
  });
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done)
      throw Object.assign(new Error('The connection was lost.'), {
        next: 'Add the pictures again; those that arrived are not added twice.',
      });
    const lines = (rest + value).split('\n');
    rest = lines.pop();
    for (const text of lines) {
      const step = JSON.parse(text);
      if (step.report) return step.report;
      if (step.error) throw Object.assign(new Error(step.error.message), { next: step.error.next });
      onProgress(step.done);
    }
  }
}
