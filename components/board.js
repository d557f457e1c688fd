// The live board: every tap at a glance, fed by the server with changed rows and a beat every two seconds.

import { StoryClock, ageText, mark, secondsSince } from "story_clock";
import { byUrgency, doubt, isUrgent, lineDue, readState, sentence } from "tap_state";
import { ADVANCE_S, REST_AFTER_TOUCH_S, deskColumns, gridShape, pageCount, pageOf, pageSize, room } from "board_grid";
import { crossedClosing } from "nightly";
import { probeHealth } from "link_watch";
import { listen } from "told";
import { keep, kept, usualDensity } from "board_choices";
import { fitNames } from "fit_names";
import boardActs from "board_acts";
import TapSheet from "tap_sheet";
import TapTile from "tap_tile";
import UndoBar from "undo_bar";
import UrgencyStrip from "urgency_strip";

const CHIP_PX = { lying: 345, standing: 260 };
const PAGER_PX = 360;
const MORE_PX = 120;
const SEEN = ["kind", "fresh", "need"]; // of a state; its age is seen as the words of ageOf

export default {
  components: { TapSheet, TapTile, UndoBar, UrgencyStrip },
  mixins: [boardActs],
  props: { initial: { type: Object, required: true } },
  data() {
    return {
      rows: {},
      now: this.initial.now,
      tz: this.initial.tz,
      order: kept("order", ["tap", "urgency"]),
      density: usualDensity(),
      room: room(window.innerWidth, window.innerHeight),
      speed: this.initial.speed,
      page: 0,
      paused: matchMedia("(prefers-reduced-motion: reduce)").matches,
    };
  },
  computed: {
    taps() {
      const list = Object.values(this.rows).map((row) => ({ row, state: this.stateOf(row) }));
      return list.sort((one, other) => one.row.no - other.row.no);
    },
    urgent() {
      return this.taps.filter(({ state }) => isUrgent(state)).sort(byUrgency);
    },
    ordered() {
      return this.order === "urgency" ? [...this.taps].sort(byUrgency) : this.taps;
    },
    pageSize() {
      return pageSize(this.room);
    },
    paged() {
      return this.density === "wall" && this.taps.length > this.pageSize;
    },
    pages() {
      return this.paged ? pageCount(this.taps.length, this.pageSize) : 1;
    },
    shown() {
      return this.paged ? pageOf(this.ordered, Math.min(this.page, this.pages - 1), this.pageSize) : this.ordered;
    },
    shape() {
      if (this.density !== "wall") return { "--columns": deskColumns(this.taps.length, this.room), "--rows": 1 };
      const { columns, rows } = gridShape(Math.min(this.taps.length, this.pageSize), this.room);
      return { "--columns": columns, "--rows": rows };
    },
    // How many chips the strip holds; the pager takes the room of about two.
    chips() {
      if (this.density === "phone") return 0;
      const width = this.room.width - (this.paged ? PAGER_PX : 0);
      const chip = 8 + (window.innerHeight > window.innerWidth ? CHIP_PX.standing : CHIP_PX.lying);
      const fit = Math.max(1, Math.floor((width + 8) / chip));
      return this.urgent.length > fit ? Math.max(1, Math.floor((width - MORE_PX) / chip)) : fit;
    },
    // What decides whether a name is wider than its tile.
    names() {
      const names = this.shown.map(({ row, state }) => `${row.beer}${state.kind === "ok" ? "" : "!"}`);
      return [this.density, this.room.width, this.room.height, this.shape["--columns"], ...names].join("\n");
    },
    unset() {
      return this.taps.length > 0 && this.taps.every(({ state }) => state.kind === "no_keg");
    },
    words() {
      return sentence(this.taps.map(({ state }) => state));
    },
    clockText() {
      return this.clock.timeOfDay(this.now, this.now);
    },
    newest() {
      const ages = this.taps.map(({ state }) => state.age).filter((age) => age !== null);
      return ages.length > 0 ? `newest reading\n${ageText(Math.min(...ages))}` : "no reading yet";
    },
  },
  watch: {
    names() {
      this.$nextTick(this.fitNames);
    },
  },
  created() {
    this.clock = new StoryClock(this.initial);
    this.states = new Map();
    this.loadedAt = mark();
    this.lastSecond = this.initial.now;
    this.snapshot(this.initial);
  },
  mounted() {
    this.fit();
    this.fitNames();
    document.fonts?.ready.then(this.fitNames);
    window.addEventListener("resize", this.fit);
    this.second = setInterval(this.tick, 1000);
    this.turn = setInterval(this.advance, ADVANCE_S * 1000);
    this.deafen = listen({ ss_snapshot: this.snapshot, ss_rows: this.apply, ss_beat: this.beat });
  },
  unmounted() {
    this.deafen();
    window.removeEventListener("resize", this.fit);
    clearInterval(this.second);
    clearInterval(this.turn);
  },
  methods: {
    snapshot({ rows, ...beat }) {
      this.rows = Object.fromEntries(rows.map((row) => [row.tap, Object.freeze({ ...row })]));
      this.beat(beat);
    },
    // A row changes as a whole or not at all; frozen, it needs no watching.
    apply(rows) {
      for (const row of rows) this.rows[row.tap] = Object.freeze(row);
    },
    // A state that means the same is the same object, so that only tiles whose words or picture change are drawn.
    stateOf(row) {
      const state = readState(row, this.now, this.speed);
      const before = this.states.get(row.tap);
      if (before && SEEN.every((name) => before[name] === state[name])) return Object.assign(before, state);
      this.states.set(row.tap, state);
      return state;
    },
    beat(beat) {
      this.clock.beat(beat);
      this.tz = this.clock.tz;
      this.speed = this.clock.speed;
      this.now = this.clock.now();
    },
    tick() {
      this.now = this.clock.now();
      if (crossedClosing(this.clock, this.lastSecond, this.now, secondsSince(this.loadedAt))) this.renew();
      this.lastSecond = this.now;
    },
    // A page that lives for weeks collects dust; once a night it starts afresh, if there is a server to start from.
    async renew() {
      if (await probeHealth()) window.location.reload();
    },
    ageOf(tap) {
      const { state, row } = tap;
      if (state.kind === "cleaning" || state.kind === "aside") return `${Math.ceil((row.until - this.now) / 60)} min left`;
      const at = row.at == null ? "" : this.clock.shortTime(row.at, this.now);
      if (doubt(state)) return state.kind === "clock_wrong" ? doubt(state) : `${doubt(state)} ${at}`;
      if (state.kind === "clock_wrong") return `says ${at}`;
      if (state.age === null || state.kind === "no_reading") return "";
      return state.fresh === "lost" ? `last seen ${at}` : ageText(state.age);
    },
    lineDue(row) {
      return lineDue(row, this.now);
    },
    fitNames() {
      if (this.$el?.querySelectorAll) fitNames(this.$el);
    },
    fit() {
      this.density = usualDensity();
      this.room = room(window.innerWidth, window.innerHeight);
    },
    chooseOrder() {
      this.order = keep("order", this.order === "tap" ? "urgency" : "tap");
    },
    chooseDensity() {
      this.density = keep("density", this.density === "wall" ? "desk" : "wall");
    },
    go(step) {
      this.touchedAt = mark();
      this.page = (this.page + step + this.pages) % this.pages;
    },
    advance() {
      if (this.paused || !this.paged || this.opened !== null) return;
      if (this.touchedAt && secondsSince(this.touchedAt) < REST_AFTER_TOUCH_S) return;
      this.page = (this.page + 1) % this.pages;
    },
    press(event) {
      this.pressedX = event.changedTouches[0].clientX;
    },
    release(event) {
      const moved = event.changedTouches[0].clientX - this.pressedX;
      if (this.paged && Math.abs(moved) > 80) this.go(moved < 0 ? 1 : -1);
    },
  },
  template: `
    <div class="ss-board ss-dims" :data-density="density" @touchstart.passive="press" @touchend.passive="release">
      <header class="ss-head">
        <h1 class="ss-sentence" :class="{ 'ss-sentence-long': words.length > 54 }"><span role="status" aria-live="polite">{{ words }}</span></h1>
        <span class="ss-newest">{{ newest }}</span>
        <nav class="ss-tools" aria-label="Board">
          <a v-for="link in initial.links" :key="link.href" class="ss-button" :href="link.href">{{ link.label }}</a>
          <button class="ss-button" type="button" @click="chooseOrder" :aria-pressed="order === 'urgency'">
            <span><small>Order</small> {{ order === "tap" ? "By tap" : "Urgent first" }}</span></button>
          <button v-if="density !== 'phone'" class="ss-button" type="button" @click="chooseDensity"
                  :aria-pressed="density === 'desk'">
            <span><small>Seen from</small> {{ density === "wall" ? "Far" : "Near" }}</span></button>
        </nav>
        <time class="ss-clock">{{ clockText }}<small v-if="speed !== 1" class="ss-speed" title="Time runs faster or slower than ours">{{ speed }}x</small></time>
      </header>
      <urgency-strip v-if="urgent.length > 0 || paged" :taps="urgent" :room="chips" :paged="paged" :opens="initial.acts" @open="open">
        <div v-if="paged" class="ss-pager" role="group" aria-label="Pages">
          <button class="ss-button" type="button" aria-label="Previous page" @click="go(-1)">‹</button>
          <span class="ss-page">{{ Math.min(page, pages - 1) + 1 }} / {{ pages }}</span>
          <button class="ss-button" type="button" aria-label="Next page" @click="go(1)">›</button>
          <button class="ss-button" type="button" @click="paused = !paused" :aria-pressed="paused">
            {{ paused ? "Turn pages" : "Hold page" }}</button>
        </div>
      </urgency-strip>
      <p v-if="taps.length === 0" class="ss-empty">No taps yet. Once a tap has a scale, its level appears here.</p>
      <p v-if="unset" class="ss-hint">No tap has a keg yet: see docs/real-scales.md, section 2.</p>
      <ul v-if="taps.length > 0" class="ss-grid" :style="shape" role="list" aria-label="Taps">
        <li v-for="tap in shown" :key="tap.row.tap" class="ss-cell">
          <tap-tile :row="tap.row" :state="tap.state" :age="ageOf(tap)" :clean="lineDue(tap.row)" :opens="initial.acts" @open="open"/>
        </li>
      </ul>
      <tap-sheet v-if="openRow" :key="opened" :row="openRow" :state="openState" :age="ageOf({ row: openRow, state: openState })"
                 :left="minutesLeft" :due="lineDue(openRow)" :sheet="sheet" :refusal="refusal" :busy="waits !== null" :asks-back="asksBack"
                 :moved="moved" @act="act" @leave="leave" @view="viewed" @anew="anew"/>
      <undo-bar v-if="initial.acts" :told="told" @undo="undo" @gone="told = null"/>
    </div>`,
};
