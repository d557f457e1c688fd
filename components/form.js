// A form of plain fields: what is typed stays in the browser until it is sent, so no update of the page can undo it.

const SETTLES_MS = 350; // a preview is asked for once the typing rests
const ANSWERS_WITHIN_MS = 15000; // then it may be sent again
let drawn = 0;

export default {
  props: {
    fields: { type: Array, required: true },
    verb: { type: String, required: true },
    name: { type: String, required: true },
    watched: { type: Boolean, default: false },
  },
  emits: ["ss-send", "ss-changed"],
  data() {
    return { key: `form${(drawn += 1)}`, values: {}, touched: {}, busy: false, told: [], wrong: "" };
  },
  watch: {
    fields: { handler: "adopt", deep: true },
  },
  created() {
    this.adopt();
  },
  unmounted() {
    clearTimeout(this.settling);
    clearTimeout(this.waiting);
  },
  methods: {
    // What nobody has touched follows the page; what was typed stays.
    adopt() {
      for (const field of this.fields) {
        if (!this.touched[field.name]) this.values[field.name] = field.value ?? "";
      }
    },
    moved(field) {
      this.touched[field.name] = true;
      this.wrong = "";
      if (!this.watched) return;
      clearTimeout(this.settling);
      this.settling = setTimeout(() => this.$emit("ss-changed", { ...this.values }), SETTLES_MS);
    },
    send() {
      if (this.busy) return;
      clearTimeout(this.settling);
      this.busy = true;
      this.wrong = "";
      this.waiting = setTimeout(() => (this.busy = false), ANSWERS_WITHIN_MS);
      this.$emit("ss-send", { ...this.values });
    },
    done() {
      this.answered();
      this.touched = {};
      this.told = [];
      this.adopt();
    },
    refuse(sentence) {
      this.answered();
      this.wrong = sentence;
    },
    tell(lines) {
      this.told = lines;
    },
    answered() {
      clearTimeout(this.waiting);
      this.busy = false;
    },
    id(field) {
      return `${this.key}-${field.name}`;
    },
    mode(field) {
      return { number: "decimal", money: "decimal", whole: "numeric" }[field.kind] ?? "text";
    },
    type(field) {
      return ["date", "time"].includes(field.kind) ? field.kind : "text";
    },
  },
  template: `
    <form class="ss-form" novalidate autocomplete="off" :aria-label="name" @submit.prevent="send">
      <div class="ss-fields">
        <div v-for="field in fields" :key="field.name" class="ss-field" :class="'ss-field-' + field.kind"
             v-show="!field.hidden">
          <label :for="id(field)">{{ field.label }}</label>
          <select v-if="field.kind === 'select'" :id="id(field)" v-model="values[field.name]" @change="moved(field)"
                  :aria-describedby="field.help ? id(field) + '-help' : null">
            <option v-for="choice in field.choices" :key="choice[0]" :value="choice[0]">{{ choice[1] }}</option>
          </select>
          <span v-else class="ss-entry">
            <input :id="id(field)" :type="type(field)" :inputmode="mode(field)" v-model="values[field.name]"
                   :maxlength="field.most ?? 60" :min="field.from ?? null" :max="field.until ?? null"
                   :aria-describedby="field.help ? id(field) + '-help' : null"
                   @input="moved(field)">
            <span v-if="field.unit" class="ss-unit">{{ field.unit }}</span>
          </span>
          <small v-if="field.help" :id="id(field) + '-help'">{{ field.help }}</small>
        </div>
      </div>
      <div class="ss-form-told" role="status"><p v-for="line in told" :key="line">{{ line }}</p></div>
      <div class="ss-form-wrong" role="alert"><p v-if="wrong">{{ wrong }}</p></div>
      <button class="ss-act ss-act-first" type="submit" :disabled="busy">{{ verb }}</button>
    </form>`,
};
