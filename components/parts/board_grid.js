// How many taps fit a screen at figures of 72 px, in which shape, and on which page a tap lies.

export const ADVANCE_S = 15;
export const REST_AFTER_TOUCH_S = 60;

const GAP = 8;
const SIDES = 16;
// Header, strip and gaps. The strip is always reckoned with: a page that shrank whenever a keg runs low would
// move every tap at the busiest moment.
const ABOVE_LYING = 167;
const ABOVE_STANDING = 219;

// The smallest tiles in which nothing is cut: words below each other, or in a wider one two of them on a line.
const LEAST_TILES = [
  { width: 244, height: 203 },
  { width: 290, height: 178 },
];
const LEAST_DESK_WIDTH = 238;
const LEAST_DESK_HEIGHT = 196;

export function room(width, height) {
  const above = height > width ? ABOVE_STANDING : ABOVE_LYING;
  return { width: width - SIDES, height: height - above };
}

const fitting = (space, least) => Math.max(1, Math.floor((space + GAP) / (least + GAP)));

// The most taps a page holds.
export function pageSize({ width, height }) {
  return Math.max(...LEAST_TILES.map((least) => fitting(width, least.width) * fitting(height, least.height)));
}

// The shape that gives `count` taps the largest figures and leaves few holes; one column where nothing fits.
export function gridShape(count, { width, height }) {
  let best = { columns: fitting(width, LEAST_TILES[0].width), score: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const tile = { width: (width - (columns - 1) * GAP) / columns, height: (height - (rows - 1) * GAP) / rows };
    if (!LEAST_TILES.some((least) => tile.width >= least.width && tile.height >= least.height)) continue;
    const score = (Math.min(tile.width * 0.235, tile.height * 0.35) * count) / (columns * rows);
    if (score > best.score) best = { columns, score };
  }
  return { columns: best.columns, rows: Math.ceil(count / best.columns) };
}

// At a desk the page scrolls, so only the width decides how many columns there may be.
export function deskColumns(count, space) {
  const most = Math.min(5, fitting(space.width - SIDES, LEAST_DESK_WIDTH + 4));
  const rows = fitting(space.height, LEAST_DESK_HEIGHT);
  return Math.max(1, Math.min(most, count, count <= 3 ? count : Math.max(2, Math.ceil(count / rows))));
}

export function pageCount(count, size) {
  return Math.max(1, Math.ceil(count / size));
}

export function pageOf(list, page, size) {
  return list.slice(page * size, (page + 1) * size);
}
