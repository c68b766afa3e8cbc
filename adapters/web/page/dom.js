/** Elements without markup: what users write is only ever text. */

/**
 * @param {string} tag with classes: `p.soft.small`
 * @param {Record<string, unknown>} [properties] `onclick` and the like are listeners, `data` is the dataset, the rest attributes
 */
export function h(tag, properties = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name);
  if (classes.length > 0) element.classList.add(...classes);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === 'function') element.addEventListener(key.slice(2), value);
    else if (key === 'data') Object.assign(element.dataset, value);
    else element.setAttribute(key, value === true ? '' : String(value));
  }
  return fill(element, ...children);
}

/** Replaces what is in an element; nothing comes of `undefined`, `null` and `false`. */
export function fill(element, ...children) {
  element.replaceChildren(
    ...children.flat(2).filter((child) => child !== undefined && child !== null && child !== false),
  );
  return element;
}

const shapes = {
  plus: ['M10 4v12', 'M4 10h12'],
  close: ['M5 5l10 10', 'M15 5L5 15'],
  menu: ['M3 6h14', 'M3 10h14', 'M3 14h14'],
  send: ['M10 16V4', 'M5 9l5-5 5 5'],
  picture: ['M4 4h12v12H4z', 'M4 13l3.500-3.500 3 3 2-2L16 14', 'M12.500 7.500h.01'],
  camera: ['M3 7h3l1.500-2h5L14 7h3v9H3z', 'M10 14a2.800 2.800 0 1 0 0-5.600 2.800 2.800 0 0 0 0 5.600z'],
  sun: [
    'M10 13.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7z',
    'M10 2v1.500M10 16.500V18M2 10h1.500M16.500 10H18M4.300 4.300l1 1M14.700 14.700l1 1M4.300 15.700l1-1M14.700 5.300l1-1',
  ],
  moon: ['M16 12.200A6.600 6.600 0 0 1 7.800 4 6.600 6.600 0 1 0 16 12.200z'],
  filter: ['M3 5h14', 'M6 10h8', 'M8.500 15h3'],
  grid: ['M4 4h5v5H4z', 'M11 4h5v5h-5z', 'M4 11h5v5H4z', 'M11 11h5v5h-5z'],
  use: ['M9 14a5 5 0 1 0 0-10 5 5 0 0 0 0 10z', 'M12.800 12.800L17 17'],
  not: ['M10 16.500a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13z', 'M5.500 5.500l9 9'],
  why: ['M7.500 8a2.500 2.500 0 1 1 3.600 2.200c-.8.400-1.100.900-1.100 1.800', 'M10 14.800h.01'],
  sheet: ['M4 3.500h12v13H4z', 'M7 7h2.500v3.500H7zM11 7h2v3.500h-2zM7 13.500h6'],
  save: ['M10 4v8', 'M6.500 9l3.500 3.500L13.500 9', 'M4 16h12'],
  keys: ['M2.500 6h15v8h-15z', 'M5.500 9h.01M8.500 9h.01M11.500 9h.01M14.500 9h.01M7 11.500h6'],
  trash: ['M4.500 6h11', 'M8 6V4h4v2', 'M6 6l.600 10h6.800L14 6'],
  stop: ['M6 6h8v8H6z'],
  leave: ['M11 4H5v12h6', 'M9 10h8', 'M14 7l3 3-3 3'],
};

export function icon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 20 20');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  for (const shape of shapes[name]) {
    const path = document.createElementNS(space, 'path');
    path.setAttribute('d', shape);
    svg.append(path);
  }
  return svg;
}

/** `1 picture`, `12 pictures` */
export function counted(count, noun) {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
