// The board's nightly fresh start, at the end of the bar's business day.

const CLOSING_HOUR = 5;
const AT_LEAST_UP_S = 3600; // a demo's nights come every few minutes; once an hour is often enough

export function crossedClosing(clock, before, now, upSeconds) {
  if (upSeconds < AT_LEAST_UP_S) return false;
  return clock.dayNumber(now, CLOSING_HOUR) > clock.dayNumber(before, CLOSING_HOUR);
}
