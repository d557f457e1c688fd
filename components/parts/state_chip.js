// A state as word and shape on its colour; a tap that is fine has none, because quiet is good.

import { KINDS } from "tap_state";
import StateShape from "state_shape";

export default {
  components: { StateShape },
  props: { kind: { type: String, required: true } },
  computed: {
    state() {
      return KINDS[this.kind];
    },
  },
  template: `
    <span v-if="state.word" class="ss-chip" :data-chip="kind" :class="'ss-tone-' + state.tone">
      <state-shape :shape="state.shape"/><span>{{ state.word }}</span>
    </span>`,
};
