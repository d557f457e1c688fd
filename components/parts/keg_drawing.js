// A keg in cross-section: outline, fill, the ticks at ten and twenty percent.

const FLOOR = 106;
const HEIGHT = 90;
const BEER = "#e0a526";
let drawn = 0;

export default {
  props: {
    percent: { type: Number, default: null },
    color: { type: String, default: BEER },
    old: { type: Boolean, default: false }, // hatched: this is what we knew, not what we know
    absent: { type: Boolean, default: false },
    pouring: { type: Boolean, default: false },
    label: { type: String, required: true },
  },
  data() {
    return { key: `keg${(drawn += 1)}` };
  },
  computed: {
    part() {
      return Math.min(1, Math.max(0, (this.percent ?? 0) / 100));
    },
    // Colours are typed by people; anything but a plain colour could fetch something.
    beer() {
      return /^#[0-9a-f]{6}$/i.test(this.color ?? "") ? this.color : BEER;
    },
    shift() {
      return { transform: `translateY(${((1 - this.part) * HEIGHT).toFixed(2)}px)` };
    },
    ticks() {
      return [10, 20].map((percent) => ({ percent, y: FLOOR - (percent / 100) * HEIGHT }));
    },
  },
  template: `
    <svg class="ss-keg" :class="{ 'ss-keg-old': old, 'ss-keg-absent': absent, 'ss-keg-pouring': pouring }"
         viewBox="0 0 84 122" role="img" :aria-label="label">
      <defs>
        <clipPath :id="key + 'c'">
          <path d="M13 16 h54 q6 0 6 6 v17 q-3 3 0 6 v32 q-3 3 0 6 v17 q0 6 -6 6 h-54 q-6 0 -6 -6 v-17 q3 -3 0 -6 v-32 q3 -3 0 -6 v-17 q0 -6 6 -6 z"/>
        </clipPath>
        <pattern :id="key + 'h'" width="10" height="10" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="10" height="10" class="ss-hatch-ground"/><rect width="4" height="10" class="ss-hatch-line"/>
        </pattern>
        <linearGradient :id="key + 's'" x1="0" x2="1" y1="0" y2="0">
          <stop offset="0" stop-color="#fff" stop-opacity="0.02"/><stop offset="0.18" stop-color="#fff" stop-opacity="0.26"/>
          <stop offset="0.36" stop-color="#fff" stop-opacity="0.04"/><stop offset="0.8" stop-color="#000" stop-opacity="0"/>
          <stop offset="1" stop-color="#000" stop-opacity="0.38"/>
        </linearGradient>
      </defs>
      <path class="ss-keg-rim" d="M13 15 v-9 q0 -4 4 -4 h46 q4 0 4 4 v9 M31 8.5 h18 M13 107 v9 q0 4 4 4 h46 q4 0 4 -4 v-9"/>
      <g :clip-path="'url(#' + key + 'c)'">
        <rect class="ss-keg-inside" x="4" y="14" width="72" height="96"/>
        <g class="ss-keg-fill" :style="shift" v-if="!absent && percent !== null">
          <path v-if="pouring" class="ss-keg-wave" :fill="old ? 'url(#' + key + 'h)' : beer"
                d="M-68 16 q9 -5 18 0 t18 0 t18 0 t18 0 t18 0 t18 0 t18 0 t18 0 V130 H-68 z"/>
          <rect v-else x="4" y="16" width="72" height="96" :fill="old ? 'url(#' + key + 'h)' : beer"/>
          <path v-if="pouring" class="ss-keg-foam ss-keg-wave"
                d="M-68 12.5 q9 -5 18 0 t18 0 t18 0 t18 0 t18 0 t18 0 t18 0 t18 0 v4 q-9 5 -18 0 t-18 0 t-18 0 t-18 0 t-18 0 t-18 0 t-18 0 t-18 0 z"/>
          <rect v-else-if="part > 0" class="ss-keg-foam" x="4" y="12.5" width="72" height="4"/>
        </g>
        <rect v-if="!absent" x="4" y="14" width="72" height="96" :fill="'url(#' + key + 's)'"/>
      </g>
      <path class="ss-keg-line" d="M13 16 h54 q6 0 6 6 v17 q-3 3 0 6 v32 q-3 3 0 6 v17 q0 6 -6 6 h-54 q-6 0 -6 -6 v-17 q3 -3 0 -6 v-32 q3 -3 0 -6 v-17 q0 -6 6 -6 z"/>
      <g v-if="!absent">
        <line v-for="tick in ticks" :key="tick.percent" class="ss-keg-tick" :class="'ss-keg-tick-' + tick.percent"
              x1="70" x2="82" :y1="tick.y" :y2="tick.y"/>
      </g>
    </svg>`,
};
