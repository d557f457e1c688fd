// One tap on the board. Takes plain values, so a tile is drawn again only when one of its own has changed.

import { KINDS, chipKind, percentText } from "tap_state";
import KegDrawing from "keg_drawing";
import StateChip from "state_chip";

export default {
  components: { KegDrawing, StateChip },
  props: {
    row: { type: Object, required: true },
    state: { type: Object, required: true },
    age: { type: String, required: true },
  },
  computed: {
    percent() {
      return percentText(this.row);
    },
    known() {
      return this.row.pct != null;
    },
    kind() {
      return this.state.kind;
    },
    fresh() {
      return this.state.fresh;
    },
    chip() {
      return chipKind(this.state);
    },
    tone() {
      return KINDS[this.kind].tone;
    },
    kegLabel() {
      if (!this.known) return this.row.why ?? "Level not known yet";
      return this.fresh === "lost" ? `Keg was ${this.percent} percent full` : `Keg ${this.percent} percent full`;
    },
    href() {
      return `/taps/${encodeURIComponent(this.row.tap)}`;
    },
  },
  template: `
    <a class="ss-tile" :class="['ss-is-' + kind, 'ss-tone-' + tone, 'ss-' + fresh]" :href="href"
       :data-tap="row.tap" :data-state="kind" :data-fresh="fresh">
      <span class="ss-no"><span class="ss-only-read">Tap </span>{{ row.no }}</span>
      <span class="ss-title">
        <span class="ss-beer" :title="row.beer">{{ row.beer || "No beer yet" }}</span>
        <state-chip v-if="chip !== 'ok'" :kind="chip"/>
        <span v-else class="ss-brewery" :title="row.brewery">{{ row.brewery }}</span>
      </span>
      <keg-drawing :percent="row.pct" :color="row.color" :old="fresh === 'lost'" :absent="kind === 'no_keg' || kind === 'lifted'"
                   :pouring="row.pouring && fresh !== 'lost'" :label="kegLabel"/>
      <span class="ss-percent" v-if="known">{{ percent }}<small>%</small></span>
      <span class="ss-percent ss-unknown" v-else aria-hidden="true">–</span>
      <span class="ss-pouring" v-if="row.pouring && fresh !== 'lost'"><i></i><i></i><i></i>pouring</span>
      <span class="ss-volume">{{ known ? row.volume : (row.why || "not known yet") }}</span>
      <span class="ss-left"><template v-if="known">{{ row.left }}</template></span>
      <span class="ss-size">{{ row.size }}</span>
      <span class="ss-age">{{ age }}</span>
    </a>`,
};
