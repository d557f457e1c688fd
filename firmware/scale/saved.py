"""The settings that came by command: kept on flash over those of config.json, and taken back where they fail."""

import json

from .config import ConfigError

_FILE = "settings.json"
_CALIBRATION = ("zero", "factor", "cal")


class Saved:
    """What is on flash, brought into force at once.

    `by` is the id of the command that set it last. `rolled_back` is the id of one whose trial a restart has ended:
    its settings were taken back.
    """

    def __init__(self, files, config, log):
        self._files = files
        self._config = config
        self._log = log
        self.by = None
        self.rolled_back = None
        self._settings = {}
        self._before = None
        self._load()

    def change(self, settings, by, *, on_trial=False):
        """Put `settings` (names of config.py) on flash, then into force. Raises ConfigError, OSError: nothing then."""
        before = {name: getattr(self._config, name) for name in settings} if on_trial else None
        self._config.check(settings)
        wanted = dict(self._settings)
        wanted.update(settings)
        self._write(wanted, by, before, None)
        self._config.change(settings)

    def keep(self):
        """The trial has succeeded."""
        self._write(self._settings, self.by, None, None)

    def take_back(self):
        """The trial has failed: put what was before on flash and into force."""
        before = self._before
        restored = dict(self._settings)
        restored.update(before)
        # In force even where the flash fails now: the next restart finds the trial unfinished and does the same.
        self._config.change(before)
        self._write(restored, None, None, self.by)

    def _write(self, settings, by, before, rolled_back):
        said = {"settings": settings, "by": by, "before": before, "rolled_back": rolled_back}
        self._files.write(_FILE, json.dumps(said))
        self._settings, self.by, self._before, self.rolled_back = settings, by, before, rolled_back

    def _load(self):
        text = self._files.read(_FILE)
        if text is None:
            return
        try:
            said = json.loads(text)
            settings, by, before, rolled_back = [said[key] for key in ("settings", "by", "before", "rolled_back")]
            if settings.get("cal", 0) < self._config.cal:  # somebody has calibrated in config.json since
                settings = {name: settings[name] for name in settings if name not in _CALIBRATION}
            self._config.change(settings)
            self._settings, self.by, self._before, self.rolled_back = settings, by, before, rolled_back
            if before is not None:
                self.take_back()
        except (ValueError, KeyError, TypeError, AttributeError, ConfigError) as error:
            self._log("the saved settings were not used: %r" % error)
        except OSError as error:
            self._log("the settings before could not be saved: %r" % error)
