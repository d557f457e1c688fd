// What was just done, by whom, and ten seconds to take it back; or why it was not done, and what to do.

const UNDO_MS = 10_000;
const REFUSAL_MS = 14_000;
const LOOK_AGAIN_MS = 1000;

export default {
  props: { told: { type: Object, default: null } }, // {words, by, undo: number or null, refused: boolean}
  emits: ["undo", "gone"],
  watch: {
    told: {
      immediate: true,
      handler(told) {
        clearTimeout(this.timer);
        if (told) this.timer = setTimeout(this.fade, told.refused ? REFUSAL_MS : UNDO_MS);
      },
    },
  },
  unmounted() {
    clearTimeout(this.timer);
  },
  methods: {
    // Who is just reaching for it by keyboard or pointer keeps it.
    fade() {
      const held = this.$refs.bar?.matches(":focus-within");
      if (held) this.timer = setTimeout(this.fade, LOOK_AGAIN_MS);
      else this.$emit("gone");
    },
  },
  template: `
    <div class="ss-undo-place" :role="told?.refused ? 'alert' : 'status'">
      <div v-if="told" ref="bar" :key="told.key" class="ss-undo" :class="{ 'ss-undo-refused': told.refused }">
        <p class="ss-undo-words">{{ told.by ? told.words + " " : told.words }}<small v-if="told.by">{{ told.by }}</small></p>
        <button v-if="told.undo != null" class="ss-button ss-undo-button" type="button" @click="$emit('undo', told)">Undo</button>
        <button v-if="told.refused" class="ss-button" type="button" @click="$emit('gone')">OK</button>
        <i v-if="told.undo != null" class="ss-undo-time" aria-hidden="true"></i>
      </div>
    </div>`,
};
