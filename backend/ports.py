"""The narrow waist: what the use cases ask of the world, as Protocols, and `Ports`, a frozen set of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, NamedTuple, Protocol, TypeAlias

from backend.domain.command import Command
from backend.domain.events import Event
from backend.domain.ids import TapId

Value: TypeAlias = "bool | int | float | str | Sequence[Value] | Mapping[str, Value] | None"
"""What an item may hold: what DynamoDB and JSON both keep exactly (finite floats only).

A number comes back equal, not always of its type: 5.0 may come back as 5.
"""

Item = Mapping[str, Value]
"""A row: `PK` and `SK` (non-empty text), `version` where it is written conditionally, and its attributes."""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Where an item lies."""

    pk: str
    sk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """Write a whole item.

    `expected_version` None writes whatever stands there; 0 wants nothing there; n wants the stored item's
    `version` to be n. A conditional put carries `version` = expected + 1 in its item (refused otherwise).
    """

    item: Item
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """Remove an item; with `expected_version` n only if its version is n. Removing nothing is no error without one."""

    key: Key
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Let the group stand only if the item has this version (0: does not exist)."""

    key: Key
    expected_version: int


Action = Put | Delete | Check
Group = Sequence[Action]
"""Actions that happen all or not at all; at most 100, 4 MB, no key twice."""


class Outcome(StrEnum):
    """What became of one group."""

    APPLIED = "applied"
    CONFLICT = "conflict"  # a version was not the expected one; nothing of the group happened
    UNKNOWN = "unknown"  # the answer was lost; load and decide anew (DynamoDB only)
    THROTTLED = "throttled"  # nothing happened; try later (DynamoDB only)


class Index(StrEnum):
    """The secondary orders of the table; their answers may be old."""

    DEVICE = "device-index"  # `device_id` of tap rows -> the tap rows
    LOCATION_BATTERY = "location-battery-index"  # `loc_id` of telemetry rows, sorted by `battery_pct`
    DUE = "due-index"  # `due_shard`, sorted by `due_at` (epoch seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Items of one partition (or of one value of an index) in sort order.

    At most one of `begins_with` (text sort keys) and `between` (inclusive) narrows it. `limit` bounds the page;
    `cursor` goes on after a page.
    """

    partition: str
    index: Index | None = None
    begins_with: str | None = None
    between: tuple[str, str] | tuple[float, float] | None = None
    limit: int = 1000
    cursor: str | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Items of a query, and the cursor that goes on where it was cut (None at the end)."""

    items: Sequence[Item]
    cursor: str | None = None


class TableRefused(ValueError):  # noqa: N818 - the store refuses
    """An item, key or group that DynamoDB would refuse; the message names the limit. Nothing was written."""


class StoreUnavailable(RuntimeError):  # noqa: N818 - the store is away
    """The store cannot write now (disk full, file gone, network); nothing of the call is durable. Try again later."""


class Table(Protocol):
    """The single table."""

    def get(self, key: Key) -> Item | None:
        """One item, or None."""

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        """Those of the items that exist; any number of keys."""

    def query(self, query: Query) -> Page:
        """One page of a partition or index; raises TableRefused for a cursor that is not its own."""

    def transact(self, *groups: Group, durable: bool = True) -> Sequence[Outcome]:
        """Apply each group by itself, all or nothing, in order; one outcome a group.

        With `durable` False the change is visible at once in this process and survives a power cut only after
        the store's next sync. Raises TableRefused before anything is written; StoreUnavailable where nothing
        of the call stands.
        """


class Recorded(NamedTuple):
    """A reading as history keeps it: gross weight with the tap and keg at its measured time.

    `boot` and `seq` identify it on its device; without them `digest` (of the payload) and `measured_at` do.
    """

    device_id: str
    boot: int | None
    seq: int | None
    digest: str | None
    measured_at: datetime
    received_at: datetime
    tap_id: TapId
    keg_id: str | None
    weight_lbs: float
    stable: bool | None = None
    raw: int | None = None
    temp_f: float | None = None
    battery_v: float | None = None
    battery_pct: float | None = None
    rssi: int | None = None


class Bin(NamedTuple):
    """The gross weights (lb) of one tap and one keg in the bin that begins at `start_s` (epoch s).

    A plain tuple: a year of a tap is 1,460 of them, and a chart wants few of their moments as a date.
    """

    start_s: int
    keg_id: str | None
    count: int  # type: ignore[assignment]  # how many readings: nobody wants a tuple's method of that name
    mean_lbs: float
    min_lbs: float
    max_lbs: float
    last_lbs: float

    @property
    def start(self) -> datetime:
        """When it begins."""
        return datetime.fromtimestamp(self.start_s, tz=UTC)


BIN_SECONDS: Final = (300, 900, 3600, 21_600, 86_400)
"""The bins of charts: 5 m, 15 m, 1 h, 6 h, 1 d, aligned to the epoch (UTC)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KegSpan:
    """From `start` (inclusive) to `end` (exclusive; None: until now) the tap held this keg (None: no keg)."""

    keg_id: str | None
    start: datetime
    end: datetime | None = None


class History(Protocol):
    """Every reading for a year, and its roll-ups."""

    def record(self, readings: Sequence[Recorded]) -> int:
        """Keep the readings; gives how many were new.

        Recording one twice is harmless: an identity already recorded keeps its first time and values. It
        becomes durable with the table's next sync. Raises StoreUnavailable.
        """

    def points(self, *, tap_id: TapId, start: datetime, end: datetime, bin_seconds: int) -> Sequence[Bin]:
        """Bins that begin in [start, end), in order of start, then of first reading; `bin_seconds` of BIN_SECONDS.

        A bin never mixes two kegs. Raises ValueError for another bin length.
        """

    def readings(self, *, tap_id: TapId, start: datetime, end: datetime, limit: int = 10_000) -> Sequence[Recorded]:
        """The single readings measured in [start, end), oldest first, at most `limit`."""

    def assign(self, *, tap_id: TapId, spans: Sequence[KegSpan]) -> int:
        """Say which keg stood at the tap when; rewrites the readings and roll-ups touched, gives how many readings."""

    def forget(self, *, location_id: str, before: datetime) -> int:
        """Drop some of the location's readings that were measured before that UTC day, oldest first, and their bins.

        A short step: gives how many, 0 once there are none. They stay known as recorded. Raises StoreUnavailable.
        """

    def count(self) -> int:
        """How many readings are kept."""


class Feed(Protocol):
    """What happened, told to whoever listens in this process."""

    def publish(self, events: Sequence[Event]) -> None:
        """Tell every listener, in order; a listener that fails is logged and does not stop the others."""

    def listen(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` with each event, in the publisher's thread; gives the function that ends it."""


class BrokerUnavailable(RuntimeError):  # noqa: N818 - the broker is away
    """A command cannot be given to the broker now. Give it again later: a scale does it once."""


class Commands(Protocol):
    """The way to the scales."""

    def send(self, *, command: Command) -> None:
        """Give a command to the broker, at least once; it does not wait for the scale. Raises BrokerUnavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What a use case may touch."""

    table: Table
    history: History
    feed: Feed
    commands: Commands
