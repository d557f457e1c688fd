// A small chart: steps as a line that holds, points with their uncertainty, a band and its middle, warning lines.

const WIDE = 560;
const HIGH = 150;
const PAD = { left: 62, right: 14, top: 12, bottom: 12 };

export default {
  props: { series: { type: Object, required: true } },
  computed: {
    range() {
      const { steps, points, band, least_span: least } = this.series;
      const all = [0, ...steps.map(([, value]) => value)];
      for (const [, value, off] of points) all.push(value - off, value + off);
      if (band) all.push(band[0] - band[1], band[0] + band[1]);
      for (const limit of this.series.limits) all.push(limit);
      const low = Math.min(...all);
      const high = Math.max(...all);
      const room = Math.max(least, (high - low) * 1.2) / 2;
      return { low: (low + high) / 2 - room, high: (low + high) / 2 + room };
    },
    line() {
      const { steps, end } = this.series;
      const path = steps.map(([at, value], no) => (no ? `H${this.x(at)}V${this.y(value)}` : `M${this.x(at)} ${this.y(value)}`));
      return path.length ? `${path.join("")}H${this.x(end)}` : "";
    },
    grid() {
      const { low, high } = this.range;
      const step = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50].find((each) => (high - low) / each <= 4) ?? 100;
      const lines = [];
      for (let no = Math.ceil(low / step); no * step <= high; no += 1) lines.push(no * step);
      return lines.map((value) => ({ value, words: this.words(value, step) }));
    },
  },
  methods: {
    x(at) {
      const { start, end } = this.series;
      return (PAD.left + ((at - start) / Math.max(1, end - start)) * (WIDE - PAD.left - PAD.right)).toFixed(1);
    },
    y(value) {
      const { low, high } = this.range;
      return (PAD.top + ((high - value) / (high - low)) * (HIGH - PAD.top - PAD.bottom)).toFixed(1);
    },
    words(value, step) {
      const digits = step < 0.1 ? 2 : step < 1 ? 1 : 0;
      const sign = value > 1e-9 ? "+" : value < -1e-9 ? "\u2212" : "";
      return `${sign}${Math.abs(value).toFixed(digits)} ${this.series.unit}`;
    },
  },
  created() {
    this.frame = { wide: WIDE, high: HIGH, left: PAD.left, right: WIDE - PAD.right };
  },
  template: `
    <figure class="ss-scale-chart">
      <figcaption>{{ series.title }}</figcaption>
      <svg :viewBox="'0 0 ' + frame.wide + ' ' + frame.high" role="img" :aria-label="series.says">
        <rect v-if="series.band" class="ss-scale-band" :x="frame.left" :width="frame.right - frame.left"
              :y="y(series.band[0] + series.band[1])"
              :height="y(series.band[0] - series.band[1]) - y(series.band[0] + series.band[1])"/>
        <g v-for="line in grid" :key="line.value">
          <line :class="line.value ? 'ss-scale-grid' : 'ss-scale-zero'" :x1="frame.left" :x2="frame.right"
                :y1="y(line.value)" :y2="y(line.value)"/>
          <text class="ss-scale-word" :x="frame.left - 8" :y="y(line.value)" text-anchor="end"
                dominant-baseline="middle">{{ line.words }}</text>
        </g>
        <line v-for="limit in series.limits" :key="'l' + limit" class="ss-scale-limit" :x1="frame.left"
              :x2="frame.right" :y1="y(limit)" :y2="y(limit)"/>
        <line v-if="series.band" class="ss-scale-mean" :x1="frame.left" :x2="frame.right" :y1="y(series.band[0])"
              :y2="y(series.band[0])"/>
        <path class="ss-scale-line" :d="line"/>
        <circle v-for="step in series.steps" :key="'s' + step[0]" class="ss-scale-dot" :cx="x(step[0])"
                :cy="y(step[1])" r="4"/>
        <g v-for="point in series.points" :key="'p' + point[0]">
          <line class="ss-scale-off" :x1="x(point[0])" :x2="x(point[0])" :y1="y(point[1] - point[2])"
                :y2="y(point[1] + point[2])"/>
          <circle class="ss-scale-point" :cx="x(point[0])" :cy="y(point[1])" r="5"/>
        </g>
      </svg>
      <p><span>{{ series.first }}</span><span>{{ series.last }}</span></p>
    </figure>`,
};
