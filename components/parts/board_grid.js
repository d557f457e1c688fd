// How many taps fit a screen, in which shape, and on which page a tap lies.

export const ADVANCE_S = 15;
export const REST_AFTER_TOUCH_S = 60;

// What fits at figures of 72 px: four by three on a tablet that lies, two by five on one that stands.
export function pageSize(portrait) {
  return portrait ? 10 : 12;
}

export function gridShape(count, portrait) {
  const n = Math.max(1, Math.min(count, pageSize(portrait)));
  const columns = portrait ? (n <= 3 ? 1 : 2) : landscapeColumns(n);
  return { columns, rows: Math.ceil(n / columns) };
}

function landscapeColumns(n) {
  if (n <= 3) return n;
  if (n === 4) return 2;
  if (n <= 6 || n === 9) return 3;
  return 4;
}

export function pageCount(count, size) {
  return Math.max(1, Math.ceil(count / size));
}

export function pageOf(list, page, size) {
  return list.slice(page * size, (page + 1) * size);
}
