"""Small files that survive a power cut: each is written beside the old one and takes its place in one step."""

import os


class Flash:
    """Text files in one folder of the file system. Reading what is not there gives None; writing raises OSError."""

    def __init__(self, folder):
        self._folder = folder.rstrip("/") + "/"

    def read(self, name):
        """Return the text of a file, or None where there is none."""
        try:
            with open(self._folder + name) as file:
                return file.read()
        except OSError:
            return None

    def write(self, name, text):
        """Have the file hold exactly `text`: after a power cut it is the old one or the new one, whole."""
        path = self._folder + name
        with open(path + ".new", "w") as file:
            file.write(text)
            if hasattr(os, "fsync"):  # on LittleFS a file that is closed is on flash
                file.flush()
                os.fsync(file.fileno())
        os.rename(path + ".new", path)

    def remove(self, name):
        """Remove a file; one that is not there is fine."""
        try:
            os.remove(self._folder + name)
        except OSError:
            pass


class Memory:
    """The same in memory, for boards without flash and for tests: a restart keeps what is handed on."""

    def __init__(self):
        self.texts = {}

    def read(self, name):
        """Return the text of a file, or None where there is none."""
        return self.texts.get(name)

    def write(self, name, text):
        """Have the file hold exactly `text`."""
        self.texts[name] = text

    def remove(self, name):
        """Remove a file; one that is not there is fine."""
        self.texts.pop(name, None)
