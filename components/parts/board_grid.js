// How many taps fit a screen, in which shape, and on which page a tap lies.

export const ADVANCE_S = 15;
export const REST_AFTER_TOUCH_S = 60;

// What fits at figures of 72 px: five by three on a tablet that lies, three by five on one that stands.
export const PAGE_SIZE = 15;

export function gridShape(count, portrait) {
  const n = Math.max(1, Math.min(count, PAGE_SIZE));
  const columns = portrait ? portraitColumns(n) : landscapeColumns(n);
  return { columns, rows: Math.ceil(n / columns) };
}

function portraitColumns(n) {
  if (n <= 3) return 1;
  return n <= 10 ? 2 : 3;
}

function landscapeColumns(n) {
  if (n <= 3) return n;
  if (n === 4) return 2;
  if (n <= 6 || n === 9) return 3;
  return n <= 12 ? 4 : 5;
}

export function pageCount(count) {
  return Math.max(1, Math.ceil(count / PAGE_SIZE));
}

export function pageOf(list, page) {
  return list.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
}
