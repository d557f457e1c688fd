// A live weight: the figure in a ring that fills while it stands still, and the last twenty seconds as a line.

const WIDE = 600;
const HIGH = 110;
const ROUND = 2 * Math.PI * 86; // of the ring
const LEAST_SPAN_LBS = 0.2; // below it the noise of a cell at rest would fill the height

export default {
  props: { initial: { type: Object, required: true } },
  data() {
    return { seen: this.initial };
  },
  computed: {
    figure() {
      return this.seen.lbs === null ? "–" : this.seen.lbs.toFixed(Math.abs(this.seen.lbs) < 1000 ? 2 : 1);
    },
    ring() {
      return `${(ROUND * Math.min(1, this.seen.held)).toFixed(1)} ${ROUND.toFixed(1)}`;
    },
    span() {
      const low = Math.min(...this.seen.points);
      const high = Math.max(...this.seen.points);
      const room = Math.max(LEAST_SPAN_LBS, (high - low) * 1.2) / 2;
      return { low: (low + high) / 2 - room, high: (low + high) / 2 + room };
    },
    line() {
      const { points } = this.seen;
      if (points.length < 2) return "";
      const { low, high } = this.span;
      const step = WIDE / Math.max(1, this.seen.full - 1);
      const from = WIDE - (points.length - 1) * step;
      return points
        .map((lbs, at) => {
          const x = (from + at * step).toFixed(1);
          const y = (((high - lbs) / (high - low)) * HIGH).toFixed(1);
          return `${at ? "L" : "M"}${x} ${y}`;
        })
        .join("");
    },
    scale() {
      return this.line ? `${(this.span.high - this.span.low).toFixed(1)} lb from top to bottom` : "";
    },
  },
  methods: {
    show(seen) {
      this.seen = seen;
    },
  },
  created() {
    this.frame = { wide: WIDE, high: HIGH };
  },
  template: `
    <div class="ss-steady" :class="'ss-tone-' + seen.tone" :data-tone="seen.tone">
      <div class="ss-steady-dial">
        <svg viewBox="0 0 200 200" aria-hidden="true">
          <circle class="ss-steady-rim" cx="100" cy="100" r="86"/>
          <circle class="ss-steady-ring" cx="100" cy="100" r="86" transform="rotate(-90 100 100)"
                  :stroke-dasharray="ring"/>
        </svg>
        <p class="ss-steady-figure"><b>{{ figure }}</b><small>lb</small></p>
        <p class="ss-steady-word">{{ seen.word }}</p>
      </div>
      <div class="ss-steady-past">
        <svg class="ss-steady-line" :viewBox="'0 0 ' + frame.wide + ' ' + frame.high" preserveAspectRatio="none"
             aria-hidden="true">
          <line class="ss-steady-middle" x1="0" :x2="frame.wide" :y1="frame.high / 2" :y2="frame.high / 2"/>
          <path :d="line"/>
        </svg>
        <p class="ss-steady-span"><span>{{ seen.seconds }} s ago</span><span>{{ scale }}</span><span>now</span></p>
        <dl class="ss-steady-facts">
          <div v-for="fact in seen.facts" :key="fact[0]"><dt>{{ fact[0] }}</dt><dd>{{ fact[1] }}</dd></div>
        </dl>
      </div>
    </div>`,
};
