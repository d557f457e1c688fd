// What to change and what is next, above the taps in their fixed order.

import { KINDS, percentText } from "tap_state";
import StateShape from "state_shape";

const ROOM = 4;

export default {
  components: { StateShape },
  props: {
    taps: { type: Array, required: true },
    roomy: { type: Boolean, default: true },
    paged: { type: Boolean, default: false },
  },
  computed: {
    room() {
      return this.paged ? ROOM - 2 : ROOM;
    },
    shown() {
      const fits = this.taps.length > this.room ? this.room - (this.paged ? 0 : 1) : this.room;
      return this.roomy ? this.taps.slice(0, fits) : this.taps;
    },
    more() {
      return this.taps.length - this.shown.length;
    },
  },
  methods: {
    tone: (tap) => KINDS[tap.state.kind].tone,
    word: (tap) => KINDS[tap.state.kind].word,
    shape: (tap) => KINDS[tap.state.kind].shape,
    percent: (tap) => percentText(tap.row),
    href: (tap) => `/taps/${encodeURIComponent(tap.row.tap)}`,
  },
  template: `
    <section class="ss-strip" aria-label="Needs attention">
      <a v-for="tap in shown" :key="tap.row.tap" class="ss-urgent" :class="'ss-tone-' + tone(tap)" :href="href(tap)">
        <state-shape :shape="shape(tap)"/>
        <b><span class="ss-only-read">Tap </span>{{ tap.row.no }}</b>
        <span class="ss-urgent-words">
          <span class="ss-urgent-word">{{ word(tap) }}</span>
          <span class="ss-urgent-beer" :title="tap.row.beer">{{ tap.row.beer }}</span>
        </span>
        <span class="ss-urgent-left">{{ tap.row.pct == null ? "" : tap.row.left }}</span>
      </a>
      <span v-if="more > 0" class="ss-more">+{{ more }} more</span>
      <span v-if="taps.length === 0" class="ss-more">Nothing to change</span>
      <slot></slot>
    </section>`,
};
