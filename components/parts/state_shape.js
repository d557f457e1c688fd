// The small drawing beside a state's word, one shape for each, so that the state reads without colour.

const PATHS = {
  alert: "M12 2 L23 21 H1 Z M11 9 h2 v6 h-2 z M11 17 h2 v2 h-2 z",
  cross: "M5 2 L12 9 L19 2 L22 5 L15 12 L22 19 L19 22 L12 15 L5 22 L2 19 L9 12 L2 5 Z",
  down: "M9 2 h6 v9 h6 L12 22 L3 11 h6 z",
  up: "M9 22 h6 v-9 h6 L12 2 L3 13 h6 z",
  slash: "M3 2 L22 21 L21 22 L2 3 Z M12 17 a2.6 2.6 0 1 1 0 5.2 a2.6 2.6 0 0 1 0 -5.2 z M4 11 a12 12 0 0 1 4 -2.6 l2 2 a9 9 0 0 0 -4 2.6 z M13.5 7.8 a12 12 0 0 1 6.5 3.2 l-2 2 a9 9 0 0 0 -2 -1.5 z",
  dots: "M4 9.5 a2.5 2.5 0 1 1 0 5 a2.5 2.5 0 0 1 0 -5 z M12 9.5 a2.5 2.5 0 1 1 0 5 a2.5 2.5 0 0 1 0 -5 z M20 9.5 a2.5 2.5 0 1 1 0 5 a2.5 2.5 0 0 1 0 -5 z",
  clock: "M12 2 a10 10 0 1 1 0 20 a10 10 0 0 1 0 -20 z M12 5 a7 7 0 1 0 0 14 a7 7 0 0 0 0 -14 z M11 7 h2 v4.6 l3.4 2.4 l-1.2 1.6 L11 12.6 z",
  question: "M12 1 a11 11 0 1 1 0 22 a11 11 0 0 1 0 -22 z M11 17 h2.6 v2.6 h-2.6 z M7.6 9 a4.6 4.6 0 1 1 6.2 4.3 q-0.4 0.2 -0.4 0.8 v1 h-2.6 v-1.6 q0 -1.6 1.6 -2.2 a2 2 0 1 0 -2.3 -2.3 z",
  glass: "M5 2 h14 v4 l-5 6 l5 6 v4 h-14 v-4 l5 -6 l-5 -6 z M8 4.5 v1 h8 v-1 z",
  plus: "M9 2 h6 v7 h7 v6 h-7 v7 h-6 v-7 h-7 v-6 h7 z",
  pause: "M4 2 h6 v20 h-6 z M14 2 h6 v20 h-6 z",
  brush: "M15 1 L23 9 L20 12 L12 4 Z M10.5 5.5 L18.5 13.5 L12 20 Q7 24 1 22 Q5 19 4 12 Z",
  drop: "M12 1 Q20 11 20 15.5 a8 8 0 0 1 -16 0 Q4 11 12 1 z",
  spill: "M3 4 h13 l-1.5 14 h-10 z M18 12 q3 4 3 6 a3 3 0 0 1 -6 0 q0 -2 3 -6 z",
  lamp: "M12 1 a8 8 0 0 1 5 14.3 v2.7 h-10 v-2.7 a8 8 0 0 1 5 -14.3 z M8 20 h8 v3 h-8 z",
  scale: "M3 3 h18 v4 h-8 v3 h4 a6 6 0 0 1 6 6 v6 h-22 v-6 a6 6 0 0 1 6 -6 h4 v-3 h-8 z M12 13 a4 4 0 1 0 0.01 0 z",
  keg: "M5 1 h14 v3 l1.5 2 v12 l-1.5 2 v3 h-14 v-3 l-1.5 -2 v-12 l1.5 -2 z M6 8 h12 v1.6 h-12 z M6 14.4 h12 v1.6 h-12 z",
  page: "M4 2 h11 l5 5 v15 h-16 z M7 10 h10 v2 h-10 z M7 14 h10 v2 h-10 z M7 18 h6 v2 h-6 z",
  back: "M10 3 L2 11 L10 19 V14 H22 V8 H10 Z",
  check: "M2 12 L5 9 L9.5 13.5 L19 4 L22 7 L9.5 19.5 Z",
  close: "M5 2 L12 9 L19 2 L22 5 L15 12 L22 19 L19 22 L12 15 L5 22 L2 19 L9 12 L2 5 Z",
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
