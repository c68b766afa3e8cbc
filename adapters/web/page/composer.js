/** The field to write in, and every way a picture gets into it: chosen, dropped, pasted, taken. */
import { takePicture } from './camera.js';
import { h, icon } from './dom.js';
import { Tray } from './tray.js';

/** @param {{ start: Promise<object>, say: (text: string, pictures: object[]) => void }} context */
export function composer({ start, say }) {
  const tray = new Tray(start);
  const files = h('input', {
    type: 'file',
    accept: 'image/*',
    multiple: true,
    hidden: true,
    id: 'files',
    'aria-label': 'Pictures',
    tabindex: -1,
  });
  const text = h('textarea', {
    id: 'say',
    rows: 1,
    'aria-label': 'Message',
    placeholder: matchMedia('(width > 620px)').matches
      ? 'Describe the person, or drop a picture'
      : 'Describe the person',
    enterkeyhint: 'send',
  });
  const send = () => {
    const words = text.value.trim();
    if (words === '' && tray.pictures.length === 0) return text.focus();
    tray.say('');
    text.value = '';
    say(words, tray.take());
  };
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  text.addEventListener('paste', (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    if (pasted.length === 0) return;
    event.preventDefault();
    tray.add(pasted);
  });
  files.addEventListener('change', () => {
    tray.add(files.files);
    files.value = '';
    text.focus();
  });
  takeDrops((dropped) => {
    tray.add(dropped);
    text.focus();
  });
  const place = h(
    'div.composer',
    {},
    tray.place,
    tray.note,
    h(
      'div.field',
      {},
      files,
      h(
        'button.icon-button',
        { 'aria-label': 'Attach pictures', title: 'Attach pictures', onclick: () => files.click() },
        icon('picture'),
      ),
      h(
        'button.icon-button',
        {
          'aria-label': 'Take a picture',
          title: 'Take a picture',
          onclick: () => takePicture((taken) => tray.add([taken])),
        },
        icon('camera'),
      ),
      text,
      h('button.icon-button.send', { 'aria-label': 'Send', title: 'Send', onclick: send }, icon('send')),
    ),
  );
  /** Gives back what could not be sent. */
  const restore = (words, pictures) => {
    if (text.value === '') text.value = words;
    tray.add(pictures);
  };
  return { place, focus: () => text.focus(), restore };
}

function takeDrops(take) {
  const veil = h('div.drop-veil', { hidden: true }, 'Drop the picture here');
  document.body.append(veil);
  const carriesFiles = (event) =>
    event.dataTransfer?.types.includes('Files') && !document.querySelector('dialog[open]');
  addEventListener('dragover', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    veil.hidden = false;
  });
  addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) veil.hidden = true;
  });
  addEventListener('drop', (event) => {
    veil.hidden = true;
    if (!carriesFiles(event)) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
}
