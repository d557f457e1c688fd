// The line across the top that says when the server is out of reach, and the watch that brings the page back.

import { StoryClock } from "story_clock";
import { LinkWatch } from "link_watch";
import { listen } from "told";

export default {
  props: { initial: { type: Object, required: true } },
  data() {
    return { since: null };
  },
  created() {
    this.clock = new StoryClock(this.initial);
    this.heardAt = this.initial.now;
    this.watch = new LinkWatch({ onChange: this.changed });
  },
  mounted() {
    this.watch.start();
    this.deafen = listen({ ss_beat: this.beat, ss_snapshot: this.beat });
  },
  unmounted() {
    this.deafen();
    this.watch.stop();
    document.body.classList.remove("ss-unlinked");
  },
  methods: {
    beat(beat) {
      this.clock.beat(beat);
      this.heardAt = beat.now;
      this.watch.heard();
    },
    changed(connected) {
      this.since = connected ? null : this.clock.timeOfDay(this.heardAt);
      document.body.classList.toggle("ss-unlinked", !connected);
      // What a wizard would send now might be done minutes later, unseen: nothing of it can be touched.
      for (const wizard of document.querySelectorAll(".ss-wizard")) wizard.inert = !connected;
    },
  },
  template: `
    <div class="ss-link" :class="{ 'ss-link-lost': since !== null }" role="status" aria-live="polite">
      <span v-if="since !== null">Not connected since {{ since }} — levels may be wrong</span>
    </div>`,
};
