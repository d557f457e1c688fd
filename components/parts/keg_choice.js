// Which keg was put on: those that fit, the likeliest first, then any beer of the house; one touch each.

export default {
  props: {
    no: { type: Number, required: true },
    sheet: { type: Object, default: null },
    unknown: { type: Boolean, default: false }, // a keg stands there and nobody knows which
  },
  emits: ["choose", "back"],
  data() {
    return { size: null };
  },
  computed: {
    heading() {
      return this.unknown ? `Which keg is on tap ${this.no}?` : `Change the keg on tap ${this.no}`;
    },
    sizes() {
      return this.sheet?.sizes ?? [];
    },
    chosen() {
      return this.size ?? this.sizes[0]?.type ?? null;
    },
    offers() {
      return this.sheet?.offers ?? [];
    },
  },
  methods: {
    colour: (color) => ({ background: /^#[0-9a-f]{6}$/i.test(color ?? "") ? color : "#8ea0b5" }),
  },
  template: `
    <section class="ss-choice" aria-labelledby="ss-choice-title">
      <div class="ss-choice-head">
        <button class="ss-button" type="button" @click="$emit('back')">‹ Back</button>
        <h3 id="ss-choice-title">{{ heading }}<small v-if="sheet?.weighs"> {{ sheet.weighs }}</small></h3>
      </div>
      <p v-if="!sheet" class="ss-choice-wait">Looking for kegs that fit …</p>
      <ul v-if="offers.length" class="ss-cards" role="list" aria-label="Kegs that fit">
        <li v-for="offer in offers" :key="offer.key">
          <button class="ss-card" type="button" @click="$emit('choose', { keg: offer.keg, beer: offer.beer, size: offer.type })">
            <i class="ss-card-beer" :style="colour(offer.color)"></i>
            <span class="ss-card-words"><span class="ss-card-why">{{ offer.why }}</span>
              <b>{{ offer.name }}</b><span>{{ offer.note }}</span>
              <span v-if="offer.fresh" :class="offer.past ? 'ss-card-past' : 'ss-card-soon'">{{ offer.fresh }}</span></span>
          </button>
        </li>
      </ul>
      <template v-if="sheet">
        <div class="ss-choice-head ss-choice-sizes">
          <h3 id="ss-sizes-title">Any beer, in a keg of this size</h3>
          <div class="ss-sizes" role="group" aria-labelledby="ss-sizes-title">
            <button v-for="each in sizes" :key="each.type" class="ss-button" type="button" :aria-pressed="each.type === chosen"
                    @click="size = each.type">{{ each.name }}</button>
          </div>
        </div>
        <ul class="ss-cards ss-beers" role="list" aria-label="Beers">
          <li v-for="beer in sheet.beers" :key="beer.beer">
            <button class="ss-card" type="button" @click="$emit('choose', { keg: null, beer: beer.beer, size: chosen })">
              <i class="ss-card-beer" :style="colour(beer.color)"></i>
              <span class="ss-card-words"><b>{{ beer.name }}</b><span>{{ beer.brewery }}</span></span>
            </button>
          </li>
        </ul>
        <p v-if="sheet.beers.length === 0" class="ss-choice-wait">No beers yet: a Manager adds them on the kegs page.</p>
      </template>
    </section>`,
};
