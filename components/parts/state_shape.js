// The small drawing beside a state's word, one shape for each, so that the state reads without colour.

const PATHS = {
  alert: "M12 2 L23 21 H1 Z M11 9 h2 v6 h-2 z M11 17 h2 v2 h-2 z",
  cross: "M5 2 L12 9 L19 2 L22 5 L15 12 L22 19 L19 22 L12 15 L5 22 L2 19 L9 12 L2 5 Z",
  down: "M9 2 h6 v9 h6 L12 22 L3 11 h6 z",
  up: "M9 22 h6 v-9 h6 L12 2 L3 13 h6 z",
  slash: "M3 2 L22 21 L21 22 L2 3 Z M12 17 a2.6 2.6 0 1 1 0 5.2 a2.6 2.6 0 0 1 0 -5.2 z M4 11 a12 12 0 0 1 4 -2.6 l2 2 a9 9 0 0 0 -4 2.6 z M13.5 7.8 a12 12 0 0 1 6.5 3.2 l-2 2 a9 9 0 0 0 -2 -1.5 z",
  dots: "M4 9.5 a2.5 2.5 0 1 1 0 5 a2.5 2.5 0 0 1 0 -5 z M12 9.5 a2.5 2.5 0 1 1 0 5 a2.5 2.5 0 0 1 0 -5 z M20 9.5 a2.5 2.5 0 1 1 0 5 a2.5 2.5 0 0 1 0 -5 z",
  clock: "M12 2 a10 10 0 1 1 0 20 a10 10 0 0 1 0 -20 z M12 5 a7 7 0 1 0 0 14 a7 7 0 0 0 0 -14 z M11 7 h2 v4.6 l3.4 2.4 l-1.2 1.6 L11 12.6 z",
  ring: "M12 2 a10 10 0 1 1 0 20 a10 10 0 0 1 0 -20 z M12 5.5 a6.5 6.5 0 1 0 0 13 a6.5 6.5 0 0 0 0 -13 z",
};

export default {
  props: { shape: { type: String, required: true } },
  computed: {
    path() {
      return PATHS[this.shape] ?? "";
    },
  },
  template: `<svg class="ss-shape" viewBox="0 0 24 24" aria-hidden="true"><path fill-rule="evenodd" :d="path"/></svg>`,
};
