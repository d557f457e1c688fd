"""The story's clock: wall ticks times a speed; the app sets it, and it never runs backwards."""

from firmware.scale.port import ticks_add, ticks_diff, ticks_ms

from .plan import PlanError

_BACK_MS = 120000
_AHEAD_MS = 86400000
_REBASE_MS = 60000  # well before the wall ticks wrap round


class StoryClock:
    """Story time in whole milliseconds since 1970."""

    def __init__(self, story_s, speed):
        self._base_ms = int(story_s * 1000)
        self._since = ticks_ms()
        self.speed = speed

    def now_ms(self):
        """The story at this moment. After a small step back it is behind what was lived: wait until it comes again."""
        elapsed = ticks_diff(ticks_ms(), self._since)
        story = self._base_ms + int(elapsed * self.speed)
        if elapsed > _REBASE_MS:
            self._base_ms = story
            self._since = ticks_add(self._since, elapsed)
        return story

    def set(self, story_s, speed):
        """Go on from `story_s` at `speed`. PlanError for a step back of over 2 minutes or ahead of over a day."""
        step = int(story_s * 1000) - self.now_ms()
        if step < -_BACK_MS * max(1, self.speed):
            raise PlanError("the story is %d s further already: it cannot go back" % (-step // 1000))
        if step > _AHEAD_MS:
            raise PlanError("that is over a day ahead: start the bar again with a new plan")
        self._base_ms = int(story_s * 1000)
        self._since = ticks_ms()
        self.speed = speed
