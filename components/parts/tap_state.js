// What a tap's row means at this moment: the server says what it last knew, the age says whether that still holds.

export const STALE_AFTER_S = 60;
export const LOST_AFTER_S = 300;

// rank: order of urgency. tone: colour. shape: the drawing beside the word, so that colour never stands alone.
export const KINDS = {
  change: { word: "CHANGE NOW", rank: 0, tone: "crit", shape: "alert" },
  empty: { word: "EMPTY", rank: 0, tone: "crit", shape: "cross" },
  low: { word: "LOW", rank: 1, tone: "warn", shape: "down" },
  lifted: { word: "KEG LIFTED", rank: 2, tone: "maintenance", shape: "up" },
  no_signal: { word: "NO SIGNAL", rank: 3, tone: "offline", shape: "slash" },
  no_reading: { word: "NO READING YET", rank: 4, tone: "offline", shape: "dots" },
  no_keg: { word: "NO KEG", rank: 5, tone: "offline", shape: "ring" },
  ok: { word: "", rank: 6, tone: "ok", shape: "" },
};

const URGENT = new Set(["change", "empty", "low"]);

// -> {kind, fresh: "fresh" | "stale" | "lost" | "never", age: seconds or null}
export function readState(row, now) {
  const age = row.at == null ? null : Math.max(0, now - row.at);
  const said = row.state in KINDS ? row.state : "no_reading";
  // A tap without a keg has nothing to lose: its scale may be silent for weeks.
  if (said === "no_keg") return { kind: said, fresh: age === null ? "never" : freshness(age), age };
  if (row.online === false || (age !== null && age > LOST_AFTER_S)) return { kind: "no_signal", fresh: "lost", age };
  if (age === null) return { kind: "no_reading", fresh: "never", age };
  return { kind: said, fresh: freshness(age), age };
}

function freshness(age) {
  if (age > LOST_AFTER_S) return "lost";
  return age > STALE_AFTER_S ? "stale" : "fresh";
}

// A tap that fell silent while low is still worth a look, after those that are known to be low.
export function isUrgent(row, state) {
  return URGENT.has(state.kind) || (state.kind === "no_signal" && URGENT.has(row.state));
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
  [["no_signal"], "no signal"],
  [["lifted"], "lifted"],
  [["no_reading"], "not read yet"],
  [["no_keg"], "without a keg"],
];

export function sentence(kinds) {
  if (kinds.length === 0) return "No taps yet";
  const parts = [];
  for (const [counted, words] of COUNTED) {
    const count = kinds.filter((kind) => counted.includes(kind)).length;
    if (count > 0) parts.push(`${count} ${words}`.replaceAll(" ", "\u00a0"));
  }
  return parts.length > 0 ? parts.join(" · ") : "All taps fine";
}

// Percent is shown whole; the server has already decided which value is shown.
export function percentText(row) {
  return row.pct == null ? "–" : String(Math.round(Math.min(100, Math.max(0, row.pct))));
}
