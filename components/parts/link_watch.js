// Is the server still there? Judged by its beats on the tablet's own watch, and healed without anybody touching it.

import { mark, secondsSince } from "story_clock";

const LOST_AFTER_S = 4; // two beats missed: the shortest that a slow garbage collection does not trip
const CUT_AFTER_S = 3; // the same where the browser itself knows that the connection is cut
const CHECK_MS = 250; // with half a second, five seconds were nearly over on a busy machine (measured 4.8)
const PROBE_EVERY_S = 2;
const PROBE_TIMEOUT_MS = 1500;
const GRACE_S = 3; // an answering server gets this long for the socket to come back by itself
const LONGEST_GRACE_S = 60;
const TRIES = "scale-sense-reloads";

export class LinkWatch {
  // onChange(connected) is called at each change; the rest is replaceable for tests.
  constructor({ onChange, reload = () => window.location.reload(), probe = probeHealth, watch = { mark, secondsSince } }) {
    Object.assign(this, { onChange, reload, probe, watch, connected: true });
    this.heardAt = watch.mark();
    this.probedAt = null;
    this.answeredAt = null;
    this.look = () => this.check();
  }

  start() {
    this.timer = setInterval(this.look, CHECK_MS);
    // `online` alone does not fire on saturated Wi-Fi, and a waking tablet fires only some of these.
    for (const event of ["online", "pageshow", "focus"]) window.addEventListener(event, this.look);
    document.addEventListener("visibilitychange", this.look);
  }

  stop() {
    clearInterval(this.timer);
    for (const event of ["online", "pageshow", "focus"]) window.removeEventListener(event, this.look);
    document.removeEventListener("visibilitychange", this.look);
  }

  heard() {
    this.heardAt = this.watch.mark();
    this.answeredAt = null;
    remember(0);
    tameSocket(window.socket, () => this.refused());
    this.become(true);
  }

  check() {
    const patience = window.socket?.connected === false ? CUT_AFTER_S : LOST_AFTER_S;
    if (this.watch.secondsSince(this.heardAt) < patience) return;
    this.become(false);
    if (this.probedAt === null || this.watch.secondsSince(this.probedAt) >= PROBE_EVERY_S) this.ask();
  }

  become(connected) {
    if (connected === this.connected) return;
    this.connected = connected;
    this.onChange(connected);
  }

  async ask() {
    this.probedAt = this.watch.mark();
    const alive = await this.probe();
    if (this.connected) return;
    if (!alive) {
      this.answeredAt = null;
      return;
    }
    this.answeredAt ??= this.watch.mark();
    if (this.watch.secondsSince(this.answeredAt) >= grace()) this.renew();
  }

  // A server that refuses this page's session is alive and has forgotten us: only a fresh page helps.
  async refused() {
    if (await this.probe()) this.renew();
  }

  renew() {
    remember(tries() + 1);
    this.reload();
  }
}

export async function probeHealth() {
  try {
    const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    return answer.status === 200;
  } catch {
    return false;
  }
}

// Where /healthz answers but the socket never does, reloading every seven seconds would only flicker.
function grace() {
  return Math.min(LONGEST_GRACE_S, GRACE_S * 2 ** tries());
}

function tries() {
  try {
    return Number(sessionStorage.getItem(TRIES)) || 0;
  } catch {
    return 0; // storage may be forbidden; the page then waits the shortest grace each time
  }
}

function remember(count) {
  if (tries() === count) return;
  try {
    sessionStorage.setItem(TRIES, String(count));
  } catch {
    // see tries()
  }
}

// NiceGUI reloads the page when a connection attempt times out, which leaves the browser's error page on the wall.
// We reload too, but only into a server that has just answered.
function tameSocket(socket, refused) {
  if (!socket || socket.scaleSenseTamed) return;
  socket.scaleSenseTamed = true;
  socket.off("connect_error");
  socket.on("connect_error", (error) => {
    if (error.message === "Implicit handshake failed") refused();
  });
}
