/** One sentence at a time to screen readers. */
const place = document.getElementById('announcer');

export function announce(sentence) {
  place.textContent = '';
  // The same sentence twice is two events.
  requestAnimationFrame(() => {
    place.textContent = sentence;
  });
}
