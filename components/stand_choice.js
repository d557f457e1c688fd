// Three pictures of what may stand on a platform. One that cannot be touched now keeps the focus and says why.

let drawn = 0;

export default {
  props: {
    choices: { type: Array, required: true },
    wait: { type: String, default: "" },
  },
  emits: ["ss-stands"],
  data() {
    return { key: `stands${(drawn += 1)}` };
  },
  methods: {
    press(choice) {
      if (!this.wait && !choice.no) this.$emit("ss-stands", choice.name);
    },
  },
  template: `
    <div class="ss-stands" role="group" aria-label="What stands on the platform">
      <button v-for="choice in choices" :key="choice.name" type="button" class="ss-stand"
              :class="{ 'ss-stand-fits': choice.fits }" :data-stands="choice.name"
              :aria-disabled="wait || choice.no ? 'true' : 'false'" :aria-describedby="key + choice.name"
              @click="press(choice)">
        <svg viewBox="0 0 120 120" aria-hidden="true">
          <g v-if="choice.picture !== 'platform'" class="ss-stand-keg">
            <rect class="ss-stand-shell" x="36" y="22" width="48" height="72" rx="9"/>
            <rect v-if="choice.picture === 'full_keg'" class="ss-stand-beer" x="39.5" y="33" width="41" height="57.5" rx="5"/>
            <path class="ss-stand-rim" d="M42 22v-7h36v7M36 44h48M36 72h48"/>
          </g>
          <rect class="ss-stand-plate" x="18" y="95" width="84" height="8" rx="3"/>
          <path class="ss-stand-foot" d="M28 103v7M92 103v7"/>
        </svg>
        <b>{{ choice.title }}</b>
        <span :id="key + choice.name">{{ choice.no || choice.does }}</span>
        <i v-if="choice.fits && !choice.no">fits what is read</i>
      </button>
    </div>`,
};
