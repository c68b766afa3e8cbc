/** A dialog with a title, a way out, and a body; Esc closes it, and it is gone then. */
import { fill, h, icon } from './dom.js';

let count = 0;

/**
 * @param {string} title
 * @param {{ large?: boolean, onClose?: () => void }} [options]
 * @returns {{ body: HTMLElement, close: () => void }}
 */
export function openDialog(title, { large = false, onClose } = {}) {
  const id = `dialog-${++count}`;
  const body = h('div.dialog-body');
  const close = () => dialog.close();
  const dialog = h(
    large ? 'dialog.large' : 'dialog',
    { 'aria-labelledby': id },
    h(
      'div.dialog-head',
      {},
      h('h2', { id }, title),
      h('button.icon-button', { 'aria-label': 'Close', onclick: close }, icon('close')),
    ),
    body,
  );
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) close();
  });
  dialog.addEventListener('close', () => {
    onClose?.();
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  return { body, close };
}

/** Asks before something that cannot be taken back. @returns {Promise<boolean>} */
export function confirmed(title, sentence, label) {
  return new Promise((resolve) => {
    let answer = false;
    const { body, close } = openDialog(title, { onClose: () => resolve(answer) });
    const yes = () => {
      answer = true;
      close();
    };
    fill(
      body,
      h('p', {}, sentence),
      h(
        'div.form',
        {},
        h(
          'div.end',
          {},
          h('button.outlined', { onclick: close }, 'Cancel'),
          h('button.primary', { onclick: yes }, label),
        ),
      ),
    );
  });
}
