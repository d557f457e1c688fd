// A number by touch: minus and plus in steps of different size around the figure, which a keyboard may type too.

export default {
  props: {
    initial: { type: Number, required: true },
    least: { type: Number, required: true },
    most: { type: Number, required: true },
    steps: { type: Array, required: true },
    unit: { type: String, required: true },
    label: { type: String, required: true },
  },
  emits: ["ss-number"],
  data() {
    return { value: this.initial, typed: this.written(this.initial) };
  },
  computed: {
    downs() {
      return [...this.steps].sort((one, other) => other - one);
    },
    ups() {
      return [...this.steps].sort((one, other) => one - other);
    },
  },
  methods: {
    written(value) {
      return String(Math.round(value * 1000) / 1000);
    },
    by(step) {
      this.take(this.value + step);
    },
    type() {
      const read = Number.parseFloat(this.typed.replace(",", "."));
      this.take(Number.isFinite(read) ? read : this.value);
    },
    take(value) {
      this.value = Math.min(this.most, Math.max(this.least, Math.round(value * 1000) / 1000));
      this.typed = this.written(this.value);
      this.$emit("ss-number", this.value);
    },
  },
  template: `
    <div class="ss-stepper" role="group" :aria-label="label">
      <button v-for="step in downs" :key="-step" type="button" class="ss-act" :disabled="value <= least"
              :aria-label="'Less by ' + step + ' ' + unit" @click="by(-step)">−{{ step }}</button>
      <label><input type="text" inputmode="decimal" maxlength="8" v-model="typed" :aria-label="label + ' in ' + unit"
                    @change="type"><span>{{ unit }}</span></label>
      <button v-for="step in ups" :key="step" type="button" class="ss-act" :disabled="value >= most"
              :aria-label="'More by ' + step + ' ' + unit" @click="by(step)">+{{ step }}</button>
    </div>`,
};
