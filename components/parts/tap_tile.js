// One tap on the board. Takes plain values, so a tile is drawn again only when one of its own has changed.

import { KINDS, chipKind, percentText, volumeText } from "tap_state";
import KegDrawing from "keg_drawing";
import StateChip from "state_chip";
import StateShape from "state_shape";
import { plainTouch } from "plain_touch";

export default {
  components: { KegDrawing, StateChip, StateShape },
  props: {
    row: { type: Object, required: true },
    state: { type: Object, required: true },
    age: { type: String, required: true },
    clean: { type: Boolean, default: false }, // its line is to be cleaned
    opens: { type: Boolean, default: false }, // a touch opens its sheet, in place of its page
  },
  emits: ["open"],
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
    volume() {
      return volumeText(this.row, this.state);
    },
    absent() {
      return this.row.state === "no_keg" || (this.row.state === "lifted" && this.fresh !== "lost");
    },
    kegLabel() {
      if (!this.known) return this.row.why ?? "Level not known yet";
      return this.fresh === "lost" ? `Keg was ${this.percent} percent full` : `Keg ${this.percent} percent full`;
    },
    href() {
      return `/taps/${encodeURIComponent(this.row.tap)}`;
    },
  },
  methods: {
    touched(event) {
      if (this.opens && plainTouch(event)) this.$emit("open", this.row.tap);
    },
  },
  template: `
    <a class="ss-tile" :class="['ss-is-' + kind, 'ss-tone-' + tone, 'ss-' + fresh]" :href="href"
       :aria-haspopup="opens ? 'dialog' : null" @click="touched"
       :data-tap="row.tap" :data-state="kind" :data-fresh="fresh">
      <span class="ss-no"><span class="ss-only-read">Tap </span>{{ row.no }}</span>
      <span class="ss-title">
        <span class="ss-beer" :title="row.beer"><span class="ss-beer-words">{{ row.beer || "No beer yet" }}</span></span>
        <state-chip v-if="chip !== 'ok'" :kind="chip"/>
        <span v-else class="ss-brewery" :title="row.brewery">{{ row.brewery }}</span>
      </span>
      <keg-drawing :percent="row.pct" :color="row.color" :old="fresh === 'lost'" :absent="absent"
                   :pouring="row.pouring && fresh !== 'lost'" :label="kegLabel"/>
      <span class="ss-percent" v-if="known">{{ percent }}<small>%</small></span>
      <span class="ss-percent ss-unknown" v-else aria-hidden="true">–</span>
      <span class="ss-pouring" v-if="row.pouring && fresh !== 'lost'"><i></i><i></i><i></i>pouring</span>
      <span class="ss-volume">{{ volume }}</span>
      <span class="ss-left"><template v-if="known">{{ row.left }}</template></span>
      <span class="ss-size">{{ row.size }}</span>
      <span class="ss-age"><span v-if="clean" class="ss-drop" role="img" aria-label="Line to be cleaned" title="Line to be cleaned"><state-shape shape="drop"/></span>{{ age }}</span>
    </a>`,
};
