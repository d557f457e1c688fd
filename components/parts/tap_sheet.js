// What can be done at a tap, opened by touching its tile: large acts, each one touch, none of them by typing.

import { KINDS, chipKind, percentText, volumeText } from "tap_state";
import StateChip from "state_chip";
import StateShape from "state_shape";
import KegChoice from "keg_choice";
import WasteChoice from "waste_choice";

const LEAVES_AFTER_MS = 60_000;
const FOCUSABLE = "a[href], button:not([disabled])";

export default {
  components: { StateChip, StateShape, KegChoice, WasteChoice },
  props: {
    row: { type: Object, required: true },
    state: { type: Object, required: true },
    age: { type: String, required: true },
    left: { type: Number, default: null }, // minutes until a tap that is set aside is back
    sheet: { type: Object, default: null }, // what the server said of the tap; null until it has
    refusal: { type: String, default: "" },
    busy: { type: Boolean, default: false },
    asksBack: { type: Object, default: null }, // {words, keg}: whether that keg is really on
    moved: { type: Boolean, default: false }, // the tap was changed while a list of kegs was open
    due: { type: Boolean, default: false }, // its line is to be cleaned
  },
  emits: ["act", "leave", "view", "anew"],
  data() {
    return { view: "acts", passed: false };
  },
  computed: {
    title() {
      return `Tap ${this.row.no}: ${this.row.beer || "no beer"}`;
    },
    href() {
      return `/taps/${encodeURIComponent(this.row.tap)}`;
    },
    chip() {
      return chipKind(this.state);
    },
    tone() {
      return KINDS[this.state.kind].tone;
    },
    percent() {
      return percentText(this.row);
    },
    volume() {
      return volumeText(this.row, this.state);
    },
    cleaning() {
      return this.state.kind === "cleaning";
    },
    aside() {
      return this.state.kind === "aside";
    },
    back() {
      return this.left === null ? "in service again" : `back by itself in ${this.left} min`;
    },
    unknown() {
      return this.sheet?.step === "unknown";
    },
    // The keg that somebody has to name comes before everything else that could be done.
    shown() {
      return this.unknown && this.view === "acts" && !this.passed ? "kegs" : this.view;
    },
    kegWords() {
      const first = this.sheet?.offers[0];
      return first ? `${first.why}: ${first.name}` : "choose what was put on";
    },
  },
  watch: {
    shown(shown) {
      this.$emit("view", shown);
      this.$nextTick(() => this.$refs.dialog?.querySelector(".ss-sheet-body")?.scrollTo(0, 0));
    },
  },
  mounted() {
    this.$refs.dialog.showModal();
    this.stay();
    this.$emit("view", this.shown);
  },
  // Closed before it is taken away, so that the focus returns to the tile.
  beforeUnmount() {
    clearTimeout(this.timer);
    this.$refs.dialog?.close();
  },
  methods: {
    // A keg of the stock is queued here until it comes; any other is said again once it is on.
    notYet() {
      const { keg } = this.asksBack.keg;
      if (keg) this.$emit("act", "wait", { keg });
      else this.$emit("leave");
    },
    stay() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.$emit("leave"), LEAVES_AFTER_MS);
    },
    outside(event) {
      if (event.target === this.$refs.dialog) this.$emit("leave");
    },
    step(view) {
      this.passed = true;
      this.view = view;
      this.$nextTick(() => this.$refs.dialog?.querySelector(".ss-sheet-body button")?.focus());
    },
    // The dialog keeps the page behind it still; the keyboard's way round it ends where it began.
    turn(event) {
      const all = [...this.$refs.dialog.querySelectorAll(FOCUSABLE)];
      const edge = event.shiftKey ? all[0] : all.at(-1);
      if (document.activeElement !== edge && all.includes(document.activeElement)) return;
      event.preventDefault();
      (event.shiftKey ? all.at(-1) : all[0])?.focus();
    },
  },
  template: `
    <dialog ref="dialog" class="ss-sheet" :class="'ss-tone-' + tone" aria-labelledby="ss-sheet-title" :aria-busy="busy"
            @cancel.prevent="$emit('leave')" @click="outside" @pointerdown="stay" @keydown="stay" @keydown.tab="turn">
      <div class="ss-sheet-inside">
        <header class="ss-sheet-head">
          <b class="ss-sheet-no" aria-hidden="true">{{ row.no }}</b>
          <div class="ss-sheet-name">
            <h2 id="ss-sheet-title"><span class="ss-only-read">Tap {{ row.no }}: </span>{{ row.beer || "No beer" }}</h2>
            <p><state-chip v-if="chip !== 'ok'" :kind="chip"/> <span>{{ row.size }}</span> <span>{{ row.brewery }}</span> <span v-if="due" class="ss-due"><state-shape shape="drop"/> clean line</span></p>
          </div>
          <p class="ss-sheet-level">
            <b v-if="row.pct != null">{{ percent }}<small>%</small></b>
            <span>{{ volume }}<template v-if="row.pct != null && row.left"> · {{ row.left }}</template><br>{{ age }}</span>
          </p>
          <button class="ss-button ss-sheet-x" type="button" aria-label="Close" @click="$emit('leave')"><state-shape shape="close"/></button>
        </header>
        <p v-if="refusal" class="ss-sheet-refusal" role="alert">{{ refusal }}</p>
        <section v-if="asksBack" class="ss-ask ss-ask-back" role="alert">
          <h3>{{ asksBack.words }}</h3>
          <div class="ss-ask-acts">
            <button class="ss-act-big" type="button" @click="$emit('act', 'choose', { ...asksBack.keg, sure: true })"><state-shape shape="check"/><span>Yes, it is on</span></button>
            <button class="ss-act-big ss-act-yes" type="button" @click="notYet"><state-shape shape="glass"/><span>Not yet: wait for it</span></button>
          </div>
        </section>
        <section v-else-if="moved" class="ss-ask" role="status">
          <h3>Somebody or the scale has just changed this tap.</h3>
          <div class="ss-ask-acts">
            <button class="ss-act-big" type="button" @click="$emit('anew')"><state-shape shape="keg"/><span>Show what fits now</span></button>
          </div>
        </section>
        <section v-if="sheet?.question && shown === 'acts'" class="ss-ask" aria-label="New keg">
          <h3>{{ sheet.question }}</h3>
          <div class="ss-ask-acts">
            <button class="ss-act-big ss-act-yes" type="button" @click="$emit('act', 'confirm')"><state-shape shape="check"/><span>Yes</span></button>
            <button class="ss-act-big" type="button" @click="step('kegs')"><state-shape shape="keg"/><span>Another …</span></button>
            <button class="ss-act-big" type="button" @click="$emit('act', 'take_back')"><state-shape shape="back"/><span>No, the same keg</span></button>
          </div>
        </section>
        <div class="ss-sheet-body" tabindex="-1">
          <keg-choice v-if="shown === 'kegs'" :no="row.no" :sheet="sheet" :unknown="unknown || Boolean(sheet?.question)"
                      @choose="(keg) => $emit('act', 'choose', keg)" @back="step('acts')"/>
          <waste-choice v-else-if="shown === 'waste'" :no="row.no" :sheet="sheet"
                        @book="(waste) => $emit('act', 'waste', waste)" @back="step('acts')"/>
          <div v-else class="ss-acts">
            <button class="ss-act-big" type="button" @click="step('kegs')">
              <state-shape shape="keg"/><span>Change keg<small>{{ kegWords }}</small></span></button>
            <button v-if="sheet?.undo" class="ss-act-big" type="button" @click="$emit('act', 'take_back')">
              <state-shape shape="back"/><span>Undo the change<small>{{ sheet.undo }}</small></span></button>
            <button v-if="cleaning" class="ss-act-big ss-act-on" type="button" @click="$emit('act', 'back')">
              <state-shape shape="check"/><span>End cleaning<small>{{ back }}</small></span></button>
            <button v-else class="ss-act-big" type="button" :disabled="aside" @click="$emit('act', 'aside', { kind: 'cleaning' })">
              <state-shape shape="brush"/><span>Clean line<small :class="{ 'ss-due': due }">{{ sheet?.line || "what runs out is not sold" }}</small></span></button>
            <button v-if="aside" class="ss-act-big ss-act-on" type="button" @click="$emit('act', 'back')">
              <state-shape shape="check"/><span>Back in service<small>{{ back }}</small></span></button>
            <button v-else class="ss-act-big" type="button" :disabled="cleaning" @click="$emit('act', 'aside', { kind: 'maintenance' })">
              <state-shape shape="pause"/><span>Set aside<small>an hour, nothing is sold</small></span></button>
            <button class="ss-act-big" type="button" @click="step('waste')">
              <state-shape shape="spill"/><span>Book waste<small>foam, spill, other</small></span></button>
            <a class="ss-act-big" :href="href + '/tare'">
              <state-shape shape="scale"/><span>Tare<small>weigh it again</small></span></a>
            <button class="ss-act-big" type="button" @click="$emit('act', 'light')">
              <state-shape shape="lamp"/><span>Light the scale<small>find it under the bar</small></span></button>
            <a class="ss-act-big" :href="href">
              <state-shape shape="page"/><span>Open the tap's page<small>history, pours, why</small></span></a>
          </div>
        </div>
      </div>
    </dialog>`,
};
