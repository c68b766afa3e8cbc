/** Pictures that wait to be sent. */
import { fill, h, icon } from './dom.js';
import { leftSentence, withinLimits } from './picture-limits.js';

export class Tray {
  /** @type {{ name: string, blob: Blob, url: string }[]} */
  pictures = [];
  place = h('ul.tray', { 'aria-label': 'Pictures to send', hidden: true });
  note = h('p.composer-note', { role: 'alert', hidden: true });

  /** @param {Promise<{ limits: { pictures: number, bytesPerPicture: number, bytesPerRequest: number } }>} start */
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
    const dropped = [...files].map((file) => ({
      name: file.name || 'picture',
      blob: file instanceof Blob ? file : file.blob,
    }));
    const { taken, left } = withinLimits(this.pictures, dropped, this.limits);
    for (const { name, blob } of taken) this.pictures.push({ name, blob, url: URL.createObjectURL(blob) });
    this.say(leftSentence(taken.length, dropped.length, left));
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
