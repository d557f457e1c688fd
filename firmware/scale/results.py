"""The last 16 commands with their answers, on flash: what was carried out once is never carried out again."""

from .port import const

KEPT = const(16)


class Result:
    """One command: its number since the first, id, name, whether it has ended, and the last answer as bytes."""

    __slots__ = ("answer", "ended", "id", "name", "number")

    def __init__(self, number, command_id, name, ended, answer):
        self.number = number
        self.id = command_id
        self.name = name
        self.ended = ended
        self.answer = answer


class Results:
    """Sixteen slots, a small file each: one file for all would need a long stretch of a small heap at each change."""

    def __init__(self, files, log):
        self._files = files
        self._log = log
        self._slots = [None] * KEPT
        self._next = 0
        for slot in range(KEPT):
            self._load(slot)

    def find(self, command_id):
        """Return the Result of a command that was taken before, or None."""
        for result in self._slots:
            if result is not None and result.id == command_id:
                return result
        return None

    def begin(self, command_id, name, answer):
        """Remember that a command was accepted, before it is begun. Raises OSError: then it must not be begun."""
        result = self._take_slot(command_id, name, ended=False, answer=answer)
        try:
            self._save(result)
        except OSError:
            self._slots[result.number % KEPT] = None
            raise

    def end(self, command_id, name, answer):
        """Remember how a command ended, whether or not it was begun before."""
        result = self.find(command_id)
        if result is None:
            result = self._take_slot(command_id, name, ended=True, answer=answer)
        result.ended = True
        result.answer = answer
        try:
            self._save(result)
        except OSError as error:  # it is done all the same, and remembered until the next restart
            self._log("the answer to %s could not be saved: %r" % (command_id, error))

    def unfinished(self):
        """Return the Results of those that had begun and not ended, oldest first: a restart came between."""
        found = [result for result in self._slots if result is not None and not result.ended]
        return sorted(found, key=lambda result: result.number)

    def _take_slot(self, command_id, name, *, ended, answer):
        result = Result(self._next, command_id, name, ended, answer)
        self._next += 1
        self._slots[result.number % KEPT] = result
        return result

    def _save(self, result):
        head = "%d %s %s %d\n" % (result.number, result.id, result.name, result.ended)
        self._files.write(_name(result.number % KEPT), head + result.answer.decode())

    def _load(self, slot):
        text = self._files.read(_name(slot))
        if text is None:
            return
        head, _, answer = text.partition("\n")
        try:
            number, command_id, name, ended = head.split(" ")
            number = int(number)
            result = Result(number, command_id, name, ended == "1", answer.encode())
        except ValueError:
            self._log("the file %s is damaged and was not used" % _name(slot))
            return
        self._slots[slot] = result
        self._next = max(self._next, number + 1)


def _name(slot):
    return "answer-%02d" % slot
