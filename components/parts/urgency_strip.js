// What to change and what is next, above the taps in their fixed order.

import { KINDS, chipKind, doubt } from "tap_state";
import StateShape from "state_shape";
import { plainTouch } from "plain_touch";

export default {
  components: { StateShape },
  props: {
    taps: { type: Array, required: true },
    room: { type: Number, required: true }, // how many chips fit; 0: as many as there are
    paged: { type: Boolean, default: false },
    opens: { type: Boolean, default: false }, // as on a tile
  },
  emits: ["open"],
  computed: {
    shown() {
      return this.room > 0 ? this.taps.slice(0, this.room) : this.taps;
    },
    more() {
      return this.taps.length - this.shown.length;
    },
  },
  methods: {
    chip: (tap) => KINDS[chipKind(tap.state)],
    doubt: (tap) => doubt(tap.state),
    touched(event, tap) {
      if (this.opens && plainTouch(event)) this.$emit("open", tap.row.tap);
    },
    href: (tap) => `/taps/${encodeURIComponent(tap.row.tap)}`,
  },
  template: `
    <section class="ss-strip" aria-label="Needs attention">
      <a v-for="tap in shown" :key="tap.row.tap" class="ss-urgent" :class="['ss-tone-' + chip(tap).tone, doubt(tap) && 'ss-doubted']" :href="href(tap)"
         :aria-haspopup="opens ? 'dialog' : null" @click="touched($event, tap)">
        <state-shape :shape="chip(tap).shape"/>
        <b><span class="ss-only-read">Tap </span>{{ tap.row.no }}</b>
        <span class="ss-urgent-words">
          <span class="ss-urgent-word">{{ chip(tap).word }}</span>
          <span class="ss-urgent-beer" :title="tap.row.beer">{{ tap.row.beer }}</span>
        </span>
        <span class="ss-urgent-left">{{ doubt(tap) || (tap.row.pct == null ? "" : tap.row.left) }}</span>
      </a>
      <span v-if="more > 0" class="ss-more">+{{ more }} more</span>
      <span v-if="taps.length === 0" class="ss-more">Nothing to change</span>
      <slot></slot>
    </section>`,
};
