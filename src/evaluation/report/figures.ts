/** How numbers are written in a report. */

/** 0.97234 -> `97.2`. */
export function percent(fraction: number, digits = 1): string {
  return (100 * fraction).toFixed(digits);
}

/** 15913 -> `15,913`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** With a sign that is as wide as a plus: 1.2 -> `+1.2`, -0.4 -> `−0.4`. */
export function signed(value: number, digits = 1): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return '±0';
  return `${value < 0 ? '−' : '+'}${text}`;
}

/** 1 picture, 2 pictures. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(count)} ${count === 1 ? noun : plural}`;
}

/** Seconds as people say them: `0.42 s`, `37.1 s`, `12 min 5 s`, `3 h 20 min`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
