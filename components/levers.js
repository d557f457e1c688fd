// Levers of one thing: a drawing and its word, the usual ones in sight, the others behind one more press.

// Lines of 2 in a box of 32, so that all of them look drawn by one hand.
const DRAWINGS = {
  taste: "M11 16 h10 l-1 11 h-8 z M11.6 21 h8.8",
  pint: "M8 5 h16 l-2 22 h-12 z M8.6 11 h14.8 M21 5 q3 -3 0 -3 h-9 q-3 0 -3 3",
  pitcher: "M7 6 h15 v21 h-15 z M22 10 h5 v11 h-5 M7 12 h15 M7 6 l-3 -2",
  bump: "M13 7 h13 v20 h-13 z M13 13 h13 M13 21 h13 M3 10 l6 4 M2 17 h7 M3 24 l6 -4",
  lean: "M8 14 h16 v14 h-16 z M8 20 h16 M16 2 v9 M11 7 l5 4.5 l5 -4.5",
  swap: "M3 12 h9 v16 h-9 z M20 12 h9 v16 h-9 z M7 8 q9 -8 18 -1 M25 2 v5.5 h-5.5",
  slow: "M3 14 h9 v14 h-9 z M20 14 h9 v14 h-9 z M16 3 a5.5 5.5 0 1 1 -0.1 0 M16 5.5 v3.5 l2.5 1.5",
  wobble: "M11 10 l11 3 l-4 15 l-11 -3 z M4 12 q-2 4 0 7 M27 16 q2 4 0 7",
  lift: "M9 4 h14 v15 h-14 z M9 9 h14 M4 27 h24 M16 25 v-4",
  back: "M9 2 h14 v15 h-14 z M9 7 h14 M4 29 h24 M16 19 v7 M13 23.5 l3 3 l3 -3",
  shell: "M9 5 h14 v20 h-14 z M4 28 h24 M13 5 v-2 h6 v2",
  weight: "M6 27 l4 -17 h12 l4 17 z M13 10 a3.5 3.5 0 1 1 6 0",
  line: "M20 3 l9 9 l-4 4 l-9 -9 z M13.5 9.5 l9 9 l-6 7 q-6 4 -13 3 q5 -4 4 -12 z",
  wifi: "M3 12 q13 -11 26 0 M8 17 q8 -7 16 0 M12.5 21.5 q3.5 -3 7 0 M16 26 v0.5",
  age: "M4 25 a12 12 0 0 1 24 0 M16 25 l7 -9 M16 13 v2 M6.5 19 l1.5 1 M4 28 h24",
  reboot: "M26 10 a11 11 0 1 0 1.5 8 M27 3 v7.5 h-7.5",
  fault: "M9 9 h14 v14 h-14 z M12 9 v-5 M20 9 v-5 M12 23 v5 M20 23 v5 M9 12 h-5 M9 20 h-5 M23 12 h5 M23 20 h5 M13 13 l6 6 M19 13 l-6 6",
  mend: "M9 9 h14 v14 h-14 z M12 9 v-5 M20 9 v-5 M12 23 v5 M20 23 v5 M9 12 h-5 M9 20 h-5 M23 12 h5 M23 20 h5 M12.5 16 l2.5 3 l5 -6",
};

const TAKEN_MS = 900;

export default {
  props: { groups: { type: Array, required: true }, of: { type: String, required: true } },
  data() {
    return { open: false, pulled: "" };
  },
  computed: {
    shown() {
      return this.groups.filter(({ usual }) => usual || this.open);
    },
    hides() {
      return this.groups.some(({ usual }) => !usual);
    },
  },
  unmounted() {
    clearTimeout(this.easing);
  },
  methods: {
    drawing(name) {
      return DRAWINGS[name] ?? "";
    },
    pull(key) {
      this.$emit("ss-pull", key);
      // The answer may take a second: that the press was taken is seen at once.
      this.pulled = key;
      clearTimeout(this.easing);
      this.easing = setTimeout(() => (this.pulled = ""), TAKEN_MS);
    },
  },
  template: `
    <div class="ss-levers">
      <div v-for="group in shown" :key="group.name" role="group" :aria-label="group.name + ', ' + of">
        <p v-if="!group.usual" class="ss-levers-name" aria-hidden="true">{{ group.name }}</p>
        <div class="ss-levers-row">
          <button v-for="lever in group.levers" :key="lever.key" type="button" class="ss-lever"
                  :class="{ 'ss-lever-first': lever.first, 'ss-lever-pulled': lever.key === pulled }" :aria-label="lever.label + ', ' + of" @click="pull(lever.key)">
            <svg viewBox="0 0 32 32" aria-hidden="true"><path :d="drawing(lever.drawing)"/></svg>
            <span>{{ lever.label }}</span>
          </button>
        </div>
      </div>
      <button v-if="hides" type="button" class="ss-levers-more" :aria-expanded="open ? 'true' : 'false'"
              :aria-label="(open ? 'Fewer levers' : 'More levers') + ', ' + of" @click="open = !open">
        {{ open ? "Fewer levers" : "More levers" }}
      </button>
    </div>`,
};
