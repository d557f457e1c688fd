// What the scale weighed while beer ran: the weights as a line, the levels before and after, the seconds between.

const HIGH = 240;
const LEAST_WIDE = 260;
const PAD = { left: 64, right: 16, top: 20, bottom: 34 };

export default {
  props: { trace: { type: Object, required: true } },
  data() {
    return { wide: 640 }; // a unit is a pixel, so that words stay readable on a phone
  },
  mounted() {
    this.watch = new ResizeObserver(([seen]) => (this.wide = Math.max(LEAST_WIDE, seen.contentRect.width)));
    this.watch.observe(this.$el);
  },
  unmounted() {
    this.watch.disconnect();
  },
  computed: {
    frame() {
      return { wide: this.wide, high: HIGH, left: PAD.left, right: this.wide - PAD.right, top: PAD.top, foot: HIGH - PAD.bottom };
    },
    span() {
      const seconds = this.trace.points.map(([s]) => s).concat(0, this.trace.seconds);
      return { from: Math.min(...seconds), to: Math.max(...seconds) };
    },
    weights() {
      const all = this.trace.points.map(([, lbs]) => lbs).concat(this.trace.before, this.trace.after);
      const low = Math.min(...all);
      const high = Math.max(...all);
      const room = Math.max(0.05, (high - low) * 0.12);
      return { low: low - room, high: high + room };
    },
    line() {
      return this.trace.points.map(([s, lbs], at) => `${at ? "L" : "M"}${this.x(s)} ${this.y(lbs)}`).join("");
    },
    seconds() {
      const { from, to } = this.span;
      const step = [1, 2, 5, 10, 15, 30, 60].find((each) => (to - from) / each <= this.wide / 75) ?? 120;
      const marks = [];
      for (let s = Math.ceil(from / step) * step; s <= to; s += step) marks.push(s);
      return marks;
    },
  },
  methods: {
    x(s) {
      const { from, to } = this.span;
      return (PAD.left + ((s - from) / Math.max(1, to - from)) * (this.wide - PAD.left - PAD.right)).toFixed(1);
    },
    y(lbs) {
      const { low, high } = this.weights;
      return (PAD.top + ((high - lbs) / (high - low)) * (HIGH - PAD.top - PAD.bottom)).toFixed(1);
    },
  },
  template: `
    <svg class="ss-trace" :viewBox="'0 0 ' + frame.wide + ' ' + frame.high" role="img" :aria-label="trace.says">
      <rect class="ss-trace-pour" :x="x(0)" :y="frame.top" :width="Math.max(1, x(trace.seconds) - x(0))"
            :height="frame.foot - frame.top"/>
      <g v-for="s in seconds" :key="s">
        <line class="ss-trace-grid" :x1="x(s)" :x2="x(s)" :y1="frame.top" :y2="frame.foot"/>
        <text class="ss-trace-word" :x="x(s)" :y="frame.high - 10" text-anchor="middle">{{ s }} s</text>
      </g>
      <g v-for="level in [['before', trace.before, -7], ['after', trace.after, 18]]" :key="level[0]">
        <line class="ss-trace-level" :x1="frame.left" :x2="frame.right" :y1="y(level[1])" :y2="y(level[1])"/>
        <text class="ss-trace-word" :x="frame.left - 8" :y="y(level[1])" text-anchor="end"
              dominant-baseline="middle">{{ level[1].toFixed(2) }}</text>
        <text class="ss-trace-word" :x="frame.right" :y="+y(level[1]) + level[2]" text-anchor="end">{{ level[0] }}</text>
      </g>
      <path class="ss-trace-line" :d="line"/>
      <circle v-for="([s, lbs], at) in trace.points" :key="at" class="ss-trace-point" :cx="x(s)" :cy="y(lbs)" r="3"/>
    </svg>`,
};
