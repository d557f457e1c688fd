// The bar's time, carried on in the browser between two beats of the server.

// Both watches are read because each one stops lying where the other begins: performance.now() may stand still
// while a tablet sleeps, Date.now() may be set back by the tablet's own clock service.
export function mark() {
  return { steady: performance.now(), dated: Date.now() };
}

export function secondsSince(then) {
  return Math.max(0, performance.now() - then.steady, Date.now() - then.dated) / 1000;
}

const formats = new Map();

function format(tz, options) {
  const key = tz + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-US", { timeZone: tz, ...options }));
  return formats.get(key);
}

const HOUR_MINUTE = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const DAY = 86400;

export class StoryClock {
  constructor(beat) {
    this.beat(beat);
  }

  beat({ now, speed, tz }) {
    this.base = now;
    this.speed = speed ?? 1;
    this.tz = tz ?? this.tz ?? "UTC";
    this.at = mark();
  }

  now() {
    return this.base + secondsSince(this.at) * this.speed;
  }

  // "21:14" today, "Thu 21:14" within the week, "Mar 12, 21:14" before that.
  timeOfDay(seconds, now = this.now()) {
    const date = new Date(seconds * 1000);
    const time = format(this.tz, HOUR_MINUTE).format(date);
    const days = this.dayNumber(now) - this.dayNumber(seconds);
    if (days === 0) return time;
    if (days > 0 && days < 7) return `${format(this.tz, { weekday: "short" }).format(date)} ${time}`;
    return `${format(this.tz, { month: "short", day: "numeric" }).format(date)}, ${time}`;
  }

  // The same in the fewest characters: "21:14" today, "Thu" within the week, "Mar 12" outside of it.
  shortTime(seconds, now = this.now()) {
    const words = this.timeOfDay(seconds, now);
    return words.includes(", ") ? words.split(", ")[0] : words.split(" ")[0];
  }

  // The count of local days since 1970; a day may be made to begin later than midnight.
  dayNumber(seconds, beginsAtHour = 0) {
    const wide = { year: "numeric", month: "numeric", day: "numeric", ...HOUR_MINUTE, second: "2-digit" };
    const part = {};
    for (const { type, value } of format(this.tz, wide).formatToParts(new Date(seconds * 1000))) {
      part[type] = Number(value);
    }
    const local = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) / 1000;
    return Math.floor((local - beginsAtHour * 3600) / DAY);
  }
}

export function ageText(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min old`;
  if (seconds < 2 * DAY) return `${Math.floor(seconds / 3600)} h old`;
  return `${Math.floor(seconds / DAY)} days old`;
}
