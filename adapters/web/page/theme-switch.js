/** The switch between dark and light. */
import { fill, icon } from './dom.js';

const root = document.documentElement;

export function themeSwitch(button) {
  const dark = () =>
    (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) ===
    'dark';
  const show = () => fill(button, icon(dark() ? 'sun' : 'moon'), dark() ? 'Light' : 'Dark');
  button.addEventListener('click', () => {
    const next = dark() ? 'light' : 'dark';
    root.dataset.theme = next;
    try {
      localStorage.setItem('theme', next);
    } catch {
      // It holds for this page then.
    }
    show();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', show);
  show();
}
