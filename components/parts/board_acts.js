// What people do on the board: the sheet of one tap, what is asked of the server, and the bar that tells what came of it.

import { readState } from "tap_state";

const ANSWERS_WITHIN_MS = 6000;
const CLOSES = new Set(["choose", "confirm", "take_back", "wait", "aside", "back", "waste", "light"]);
const NOT_CONNECTED = "Not done: the board is not connected. Try again when the line on top is gone.";
const NO_ANSWER = "No answer yet: look at the tile before you try again.";

// Acts must not lie in wait for the link to come back and then happen unasked.
function linked() {
  return window.socket?.connected === true && !document.body.classList.contains("ss-unlinked");
}

export default {
  emits: ["act"],
  data() {
    return { opened: null, sheet: null, refusal: "", waits: null, told: null, asksBack: null, moved: false };
  },
  computed: {
    openRow() {
      return this.opened === null ? null : (this.rows[this.opened] ?? null);
    },
    openState() {
      return this.openRow && readState(this.openRow, this.now, this.speed);
    },
    minutesLeft() {
      const until = this.openRow?.until;
      return until == null || until <= this.now ? null : Math.max(1, Math.ceil((until - this.now) / 60));
    },
    // Whatever changes what can be done at the open tap; then the server is asked again.
    openStep() {
      const row = this.openRow;
      return row && [row.tap, row.state, row.beer, row.new, row.aside, row.why].join("|");
    },
  },
  watch: {
    openStep(step) {
      if (!step) return;
      // A list under the finger stays as it is: it is loaded anew by a touch.
      if (this.sheet && this.choosing) this.moved = true;
      else this.ask("look", {}, true);
    },
  },
  created() {
    this.asked = 0;
    window.addEventListener("popstate", this.wentBack);
  },
  unmounted() {
    window.removeEventListener("popstate", this.wentBack);
    clearTimeout(this.patience);
  },
  methods: {
    open(tap) {
      Object.assign(this, { opened: tap, sheet: null, refusal: "", asksBack: null, moved: false });
      this.choosing = false;
      // The browser's way back closes the sheet, not the board.
      if (!history.state?.ssSheet) history.pushState({ ...history.state, ssSheet: true }, "");
    },
    leave() {
      Object.assign(this, { opened: null, sheet: null, refusal: "", asksBack: null, moved: false });
      if (history.state?.ssSheet) history.back();
    },
    wentBack() {
      if (this.opened !== null && !history.state?.ssSheet) this.leave();
    },
    viewed(view) {
      this.choosing = view === "kegs";
      if (!this.choosing && this.moved) this.anew();
    },
    anew() {
      Object.assign(this, { moved: false, refusal: "" });
      this.ask("look", {}, true);
    },
    act(act, fields = {}) {
      if (act === "choose" && this.waits !== null) return; // a finger that touches twice
      Object.assign(this, { refusal: "", asksBack: null });
      if (act === "choose") {
        this.chosen = fields;
        fields = { ...fields, seen: this.sheet?.seen };
      }
      this.ask(act, fields);
    },
    undo({ undo }) {
      this.told = null;
      this.ask("undo", { undo });
    },
    // Looking is asked for quietly; anything else is waited for.
    ask(act, fields, quiet = false) {
      if (!linked()) {
        if (!quiet) this.refused(NOT_CONNECTED);
        return;
      }
      this.asked += 1;
      this.$emit("act", { ask: this.asked, at: this.clock.now(), do: act, ...(act === "undo" ? {} : { tap: this.opened }), ...fields });
      if (quiet) return;
      this.waits = this.asked;
      clearTimeout(this.patience);
      this.patience = setTimeout(this.impatient, ANSWERS_WITHIN_MS);
    },
    impatient() {
      this.waits = null;
      this.refused(NO_ANSWER);
    },
    // Called by the server with what became of an act.
    answer(answer) {
      if (answer.ask === this.waits) {
        this.waits = null;
        clearTimeout(this.patience);
      }
      if (answer.sheet) {
        if (answer.sheet.tap === this.opened) this.sheet = Object.freeze(answer.sheet);
        return;
      }
      if (answer.question) this.asksBack = { words: answer.question, keg: this.chosen };
      else if (answer.refused) this.refused(answer.refused);
      else if (answer.done) this.done(answer);
    },
    done(answer) {
      if (answer.tap === this.opened && CLOSES.has(answer.do)) this.leave();
      this.told = { key: answer.ask, words: answer.done, by: answer.by, undo: answer.undo, refused: false };
    },
    refused(words) {
      if (this.opened !== null) this.refusal = words;
      else this.told = { key: `refused ${this.asked}`, words, by: "", undo: null, refused: true };
    },
  },
};
