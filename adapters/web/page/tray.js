/** Pictures that wait to be sent. */
import { counted, fill, h, icon } from './dom.js';

export class Tray {
  /** @type {{ name: string, blob: Blob, url: string }[]} */
  pictures = [];
  place = h('ul.tray', { 'aria-label': 'Pictures to send', hidden: true });
  note = h('p.composer-note', { role: 'alert', hidden: true });

  /** @param {Promise<{ limits: { pictures: number, bytesPerPicture: number } }>} start */
  constructor(start) {
    start.then(
      ({ limits }) => {
        this.limits = limits;
      },
      () => undefined,
    );
  }

  /** @param {Iterable<File | { name: string, blob: Blob }>} files */
  add(files) {
    this.say('');
    for (const file of files) {
      const blob = file instanceof Blob ? file : file.blob;
      const name = file.name || 'picture';
      if (this.limits && this.pictures.length >= this.limits.pictures) {
        this.say(
          `${counted(this.limits.pictures, 'picture')} are the most in one message; the others were left out.`,
        );
        break;
      }
      if (this.limits && blob.size > this.limits.bytesPerPicture) {
        this.say(`${name} is larger than ${this.limits.bytesPerPicture / 1048576} MB, and was left out.`);
        continue;
      }
      this.pictures.push({ name, blob, url: URL.createObjectURL(blob) });
    }
    this.#show();
  }

  /** @returns what was in it; it is empty now */
  take() {
    const taken = this.pictures;
    this.pictures = [];
    this.#show();
    return taken;
  }

  say(sentence) {
    this.note.textContent = sentence;
    this.note.hidden = sentence === '';
  }

  #show() {
    this.place.hidden = this.pictures.length === 0;
    fill(
      this.place,
      this.pictures.map((picture) => this.#item(picture)),
    );
  }

  #item(picture) {
    const unseeable = ({ target }) => target.replaceWith(h('span.unseeable', {}, picture.name));
    const remove = () => {
      this.pictures = this.pictures.filter((other) => other !== picture);
      URL.revokeObjectURL(picture.url);
      this.#show();
    };
    return h(
      'li',
      {},
      h('img', { src: picture.url, alt: picture.name, onerror: unseeable }),
      h('button', { 'aria-label': `Remove ${picture.name}`, onclick: remove }, icon('close')),
    );
  }
}
