/** Lets cards that stay glide to their new place when a page is replaced by the ranked one. */

const places = (view) =>
  new Map(
    [...(view?.querySelectorAll('.card') ?? [])].map((card) => [
      card.dataset.picture,
      card.getBoundingClientRect(),
    ]),
  );

/** Call before the old view goes. @returns to be called when the new one is there */
export function remember(old) {
  const before = matchMedia('(prefers-reduced-motion: reduce)').matches ? new Map() : places(old);
  return (view) => {
    for (const card of before.size > 0 ? view.querySelectorAll('.card') : []) {
      const was = before.get(card.dataset.picture);
      const is = card.getBoundingClientRect();
      if (!was) card.animate({ opacity: [0, 1] }, 260);
      else if (was.left !== is.left || was.top !== is.top) {
        const from = `translate(${was.left - is.left}px, ${was.top - is.top}px)`;
        card.animate(
          { transform: [from, 'none'] },
          { duration: 320, easing: 'cubic-bezier(0.2, 0.8, 0.2, 1)' },
        );
      }
    }
  };
}
