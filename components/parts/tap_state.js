// What a tap's row means at this moment: the server says what it last knew, the age says whether that still holds.

export const STALE_AFTER_S = 60;
export const LOST_AFTER_S = 300;
export const NEW_FOR_S = 86_400;
export const AHEAD_S = 120; // the tolerance on a reading's time; a running story stretches it

// rank: order of urgency. tone: colour. shape: the drawing beside the word, so that colour never stands alone.
// says: what stands in place of a level that is not known.
export const KINDS = {
  change: { word: "CHANGE NOW", rank: 0, tone: "crit", shape: "alert" },
  empty: { word: "EMPTY", rank: 0, tone: "crit", shape: "cross" },
  low: { word: "LOW", rank: 1, tone: "warn", shape: "down" },
  which: { word: "WHICH KEG?", rank: 2, tone: "maintenance", shape: "question", says: "touch to say" },
  lifted: { word: "KEG LIFTED", rank: 3, tone: "maintenance", shape: "up" },
  placed: { word: "CHECKING", rank: 3, tone: "maintenance", shape: "glass", says: "keg set down" },
  no_signal: { word: "NO SIGNAL", rank: 4, tone: "offline", shape: "slash" },
  clock_wrong: { word: "CLOCK WRONG", rank: 4, tone: "offline", shape: "clock" },
  no_reading: { word: "NO READING", rank: 5, tone: "offline", shape: "dots" },
  new: { word: "NEW KEG", rank: 6, tone: "ok", shape: "plus" },
  no_keg: { word: "NO KEG", rank: 7, tone: "offline", shape: "ring" },
  cleaning: { word: "CLEANING", rank: 8, tone: "maintenance", shape: "brush" },
  aside: { word: "SET ASIDE", rank: 8, tone: "maintenance", shape: "pause" },
  ok: { word: "", rank: 9, tone: "ok", shape: "" },
};

const URGENT = new Set(["change", "empty", "low", "which"]);
const SILENT = new Set(["no_signal", "clock_wrong"]);
const ASIDE = { cleaning: "cleaning", maintenance: "aside" };

// -> {kind, fresh: "fresh" | "stale" | "lost" | "never", age: seconds or null, need: what the tap needs or null}
export function readState(row, now, speed = 1) {
  const said = row.state in KINDS ? row.state : "no_reading";
  const ahead = row.at != null && row.at > now + AHEAD_S * Math.max(1, speed);
  // A time that lies ahead says nothing about how old the reading is.
  const age = row.at == null || ahead ? null : Math.max(0, now - row.at);
  const aside = asideKind(row, now);
  const judged = kindOf(row, said, age, ahead, now);
  return { ...judged, kind: aside ?? judged.kind, age, need: URGENT.has(said) && !aside ? said : null };
}

// Whether the line of a tap is to be cleaned; while somebody does it nobody needs to be told.
export function lineDue(row, now) {
  return row.clean != null && now >= row.clean && asideKind(row, now) !== "cleaning";
}

// Somebody works on a tap that is set aside: what its scale says meanwhile calls for nobody. It ends by itself.
function asideKind(row, now) {
  return row.until != null && now < row.until ? ASIDE[row.aside] : undefined;
}

// A keg that a scale found is news until somebody says that it is right, or a day has shown it.
function isNew(row, now) {
  return row.new != null && now - row.new <= NEW_FOR_S;
}

function kindOf(row, said, age, ahead, now) {
  // A tap without a keg has nothing to lose: its scale may be silent for weeks.
  if (said === "no_keg") return { kind: said, fresh: age === null ? "never" : freshness(age) };
  if (row.online === false || (age !== null && age > LOST_AFTER_S)) return { kind: "no_signal", fresh: "lost" };
  if (ahead) return { kind: "clock_wrong", fresh: "lost" };
  if (age === null) return { kind: "no_reading", fresh: "never" };
  return { kind: said === "ok" && isNew(row, now) ? "new" : said, fresh: freshness(age) };
}

function freshness(age) {
  if (age > LOST_AFTER_S) return "lost";
  return age > STALE_AFTER_S ? "stale" : "fresh";
}

// The kind whose word the chip says: a keg to change is still to be changed when its scale falls silent.
export function chipKind(state) {
  return SILENT.has(state.kind) && state.need ? state.need : state.kind;
}

// What is said beside that word: "no signal", "clock wrong", or nothing.
export function doubt(state) {
  return chipKind(state) === state.kind ? "" : KINDS[state.kind].word.toLowerCase();
}

// A tap that fell silent while low is still worth a look, after those that are known to be low.
export function isUrgent(state) {
  return URGENT.has(state.kind) || (SILENT.has(state.kind) && state.need !== null);
}

export function byUrgency(one, other) {
  return (
    KINDS[one.state.kind].rank - KINDS[other.state.kind].rank ||
    (one.row.pct ?? 101) - (other.row.pct ?? 101) ||
    one.row.no - other.row.no
  );
}

const COUNTED = [
  [["change", "empty"], "to change now"],
  [["low"], "low"],
  [["which"], "unknown keg", "unknown kegs"],
  [["no_signal"], "no signal"],
  [["clock_wrong"], "clock wrong"],
  [["lifted"], "lifted"],
  [["placed"], "being checked"],
  [["new"], "new keg", "new kegs"],
  [["no_reading"], "not read yet"],
  [["no_keg"], "without a keg"],
  [["cleaning"], "being cleaned"],
  [["aside"], "set aside"],
];

const MOST_PARTS = 5;
// Of a tap that is set aside nothing is being checked.
const STANDS = { placed: "keg set down", lifted: "keg lifted" };

// The most urgent first; what does not fit two lines is only counted.
export function sentence(states) {
  if (states.length === 0) return "No taps yet";
  const all = [];
  for (const [counted, one, many = one] of COUNTED) {
    const count = states.filter((state) => counted.includes(state.kind) || counted.includes(chipKind(state))).length;
    if (count > 0) all.push({ count, words: `${count} ${count === 1 ? one : many}` });
  }
  // One more kind is said as shortly as it is counted.
  const said = all.length <= MOST_PARTS + 1 ? all : all.slice(0, MOST_PARTS);
  const parts = said.map(({ words }) => words);
  const more = all.slice(said.length).reduce((sum, { count }) => sum + count, 0);
  if (more > 0) parts.push(`${more} more`);
  return parts.length > 0 ? parts.map((part) => part.replaceAll(" ", "\u00a0")).join(" · ") : "All taps fine";
}

// What stands where the level would: its volume, or why there is none.
export function volumeText(row, state) {
  if (row.pct != null) return row.volume;
  if (ASIDE[row.aside] === state.kind && row.state in STANDS) return STANDS[row.state];
  if (state.kind === "no_reading") return row.why === "no reading yet" ? "level not known" : (row.why ?? "level not known");
  return KINDS[state.kind].says ?? (row.why || "not known yet");
}

// Percent is shown whole; the server has already decided which value is shown.
export function percentText(row) {
  return row.pct == null ? "–" : String(Math.round(Math.min(100, Math.max(0, row.pct))));
}
