"""Keeps the scale connected for ever and empties its outbox, oldest first."""


class Link:
    """First importable version; see the next commit."""

    def __init__(self, board, config, outbox, pours):
        self._board = board
        self._config = config
        self._outbox = outbox
        self._pours = pours
        self.readings_topic = "keg/readings/" + board.device_id
        self.connected = False

    def announce(self):
        """Have the birth message sent again."""

    async def run(self):
        """Connect, for ever."""
