// One tap, large: the keg, its level and the age of what is known.

import { StoryClock, ageText } from "story_clock";
import { KINDS, chipKind, doubt, percentText, readState } from "tap_state";
import KegDrawing from "keg_drawing";
import StateChip from "state_chip";

export default {
  components: { KegDrawing, StateChip },
  props: { initial: { type: Object, required: true } },
  data() {
    return { row: this.initial.row, now: this.initial.now };
  },
  computed: {
    state() {
      return readState(this.row, this.now, this.clock.speed);
    },
    tone() {
      return KINDS[this.state.kind].tone;
    },
    chip() {
      return chipKind(this.state);
    },
    doubt() {
      return doubt(this.state);
    },
    known() {
      return this.row.pct != null;
    },
    percent() {
      return percentText(this.row);
    },
    pouring() {
      return this.row.pouring && this.state.fresh !== "lost";
    },
    age() {
      if (this.state.kind === "clock_wrong") {
        return `Its clock is wrong: it says ${this.clock.timeOfDay(this.row.at, this.now)}`;
      }
      if (this.state.age === null) return "No reading yet";
      if (this.state.fresh === "lost") return `Last seen ${this.clock.timeOfDay(this.row.at, this.now)}`;
      return `Read ${ageText(this.state.age)}`;
    },
    kegLabel() {
      if (!this.known) return this.row.why ?? "Level not known yet";
      return this.state.fresh === "lost" ? `Keg was ${this.percent} percent full` : `Keg ${this.percent} percent full`;
    },
  },
  created() {
    this.clock = new StoryClock(this.initial);
  },
  mounted() {
    this.second = setInterval(this.tick, 1000);
  },
  unmounted() {
    clearInterval(this.second);
  },
  methods: {
    apply(rows) {
      const row = rows.find(({ tap }) => tap === this.row.tap);
      if (row) this.row = row;
      this.tick();
    },
    beat(beat) {
      this.clock.beat(beat);
      this.tick();
    },
    tick() {
      this.now = this.clock.now();
    },
  },
  template: `
    <section class="ss-live-tap" :class="['ss-is-' + state.kind, 'ss-tone-' + tone, 'ss-' + state.fresh]"
             :data-state="state.kind" :data-fresh="state.fresh" aria-label="Level now">
      <keg-drawing :percent="row.pct" :color="row.color" :old="state.fresh === 'lost'"
                   :absent="state.kind === 'no_keg' || state.kind === 'lifted'" :pouring="pouring" :label="kegLabel"/>
      <div class="ss-live-words">
        <p class="ss-live-state"><state-chip :kind="chip"/>
          <span v-if="doubt" class="ss-live-doubt">{{ doubt }}</span>
          <span v-if="state.kind === 'ok'" class="ss-live-fine">OK</span>
          <span v-if="pouring" class="ss-pouring"><i></i><i></i><i></i>pouring</span></p>
        <p class="ss-live-percent">{{ known ? percent : "–" }}<small v-if="known">%</small></p>
        <p class="ss-live-volume">{{ known ? row.volume : (row.why || "not known yet") }}</p>
        <p class="ss-live-left" v-if="known">{{ row.left }}</p>
        <p class="ss-live-age">{{ age }}</p>
      </div>
    </section>`,
};
