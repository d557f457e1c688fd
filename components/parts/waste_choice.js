// Beer that was lost: why, then how much; the amount books it.

export default {
  props: {
    no: { type: Number, required: true },
    sheet: { type: Object, default: null },
  },
  emits: ["book", "back"],
  data() {
    return { reason: "foam" };
  },
  computed: {
    reasons() {
      return this.sheet?.reasons ?? [];
    },
    glasses() {
      return this.sheet?.glasses ?? [];
    },
  },
  template: `
    <section class="ss-choice" aria-labelledby="ss-waste-title">
      <div class="ss-choice-head">
        <button class="ss-button" type="button" @click="$emit('back')">‹ Back</button>
        <h3 id="ss-waste-title">Beer lost at tap {{ no }}</h3>
      </div>
      <div class="ss-sizes ss-reasons" role="group" aria-label="Why">
        <button v-for="each in reasons" :key="each" class="ss-button" type="button" :aria-pressed="each === reason"
                @click="reason = each">{{ each }}</button>
      </div>
      <ul class="ss-cards ss-glasses" role="list" aria-label="How much">
        <li v-for="(glass, place) in glasses" :key="glass">
          <button class="ss-card" type="button" @click="$emit('book', { reason, glass: place })"><b>{{ glass }}</b></button>
        </li>
      </ul>
      <p class="ss-choice-note">Foam and spills ran through the faucet: they are taken out of what counts as poured.</p>
    </section>`,
};
