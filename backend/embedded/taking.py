"""What the writer does with a batch of arrivals: read them, let the use cases take them, keep what cannot be taken."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final, TypeAlias

import structlog

from backend.cellar.rows import BadRow
from backend.domain.command import Sample
from backend.domain.dead_letter import DeadLetter
from backend.domain.reading import PAST_TOLERANCE, Reading, StatusReport, clock_agrees
from backend.domain.refusal import Conflict, NotFound
from backend.domain.times import EPOCH
from backend.embedded.answering import Answering, Responded
from backend.embedded.arrival import Arrival
from backend.ports import Ports, StoreUnavailable
from backend.usecases.dead_letters import keep_dead_letter
from backend.usecases.follow import follow_command
from backend.usecases.take_readings import take_readings
from backend.usecases.take_response import take_response, take_sample
from backend.usecases.take_statuses import take_statuses
from backend.usecases.untaken import Untaken
from backend.wire.messages import MessageRefused, ReadingMessage, StatusMessage, digest_of
from backend.wire.responses import ResponseMessage
from backend.wire.topics import ReadingsTopic, ResponseTopic, WrongTopic, parse_topic

log = structlog.get_logger(__name__)

TRY_AGAIN: Final = (StoreUnavailable, Conflict)
"""What is no fault of the messages: the batch is kept and given again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchTaken:
    """What became of messages: readings new in history, those of unknown scales, dead letters.

    `set_apart` counts what was taken and is kept nowhere: readings of scales that are retired or stood under no tap,
    claims of pours where no keg stood, counts that nobody asked for or too many of them. `history_only` counts readings
    that moved no tap, because a row of it cannot be read; `damaged` says which rows those are, once each. `telling`
    asks for a sync at once.
    """

    recorded: int = 0
    unclaimed: int = 0
    dead_letters: int = 0
    set_apart: int = 0
    history_only: int = 0
    damaged: tuple[str, ...] = ()
    telling: bool = False

    def __add__(self, other: "BatchTaken") -> "BatchTaken":
        """What became of both."""
        return BatchTaken(
            recorded=self.recorded + other.recorded,
            unclaimed=self.unclaimed + other.unclaimed,
            dead_letters=self.dead_letters + other.dead_letters,
            set_apart=self.set_apart + other.set_apart,
            history_only=self.history_only + other.history_only,
            damaged=tuple(dict.fromkeys(self.damaged + other.damaged)),
            telling=self.telling or other.telling,
        )


_Understood: TypeAlias = Reading | StatusReport | Responded | DeadLetter
_Read: TypeAlias = tuple[Arrival, _Understood]
"""A message as it arrived, and what was understood of it."""


def take_batch(
    ports: Ports,
    *,
    arrivals: Sequence[Arrival],
    tolerance_scale: float = 1.0,
    set_apart: bool = False,
    recorded: Callable[[int], None] = lambda _count: None,
    answering: Answering | None = None,
) -> BatchTaken:
    """Take messages in the order of their arrival; `tolerance_scale` is the speed of the story in the demo.

    A message that is not understood becomes a dead letter and the others are taken; so does one that tells something
    for which a row cannot be read. With `set_apart` so does one that breaks its use case; without, whatever it raises
    is raised. `recorded` is told at once how many readings were new in history: given again, they are new no more.
    Without `answering` what scales answer is taken by the time of its receipt.

    Raises:
        StoreUnavailable, Conflict: give the whole batch again later; what of it was taken already is taken once.
    """
    read: list[_Read] = [(arrival, _understood(arrival, tolerance_scale)) for arrival in arrivals]
    total, new = BatchTaken(), 0

    def count(rows: int) -> None:
        nonlocal new
        new += rows
        recorded(rows)

    for kind, run in groupby(read, key=lambda one: type(one[1])):
        take = _taker(ports, kind, tolerance_scale, count, answering or Answering())
        for part in _taken(ports, list(run), take, set_apart=set_apart):
            total += part
    return replace(total, recorded=new)


def _understood(arrival: Arrival, tolerance_scale: float) -> _Understood:
    try:
        topic = parse_topic(arrival.topic)
        if isinstance(topic, ReadingsTopic):
            return _reading(topic.device_id, arrival, tolerance_scale)
        if isinstance(topic, ResponseTopic):
            return Responded(topic.device_id, ResponseMessage.parse(arrival.payload).response())
        return _report(topic.device_id, arrival, tolerance_scale)
    except (WrongTopic, MessageRefused) as refused:
        return _dead(arrival, str(refused))


def _reading(device_id: str, arrival: Arrival, tolerance_scale: float) -> Reading:
    message = ReadingMessage.parse(arrival.payload)
    if arrival.retained and message.t is None:
        raise MessageRefused("a retained reading without a time may be of any age: publish without retain")
    return message.reading(
        device_id=device_id,
        digest=digest_of(arrival.payload) if message.seq is None else None,
        received_at=arrival.received_at,
        tolerance_scale=tolerance_scale,
    )


def _report(device_id: str, arrival: Arrival, tolerance_scale: float) -> StatusReport:
    message = StatusMessage.parse(arrival.payload)
    report = message.report(device_id=device_id, received_at=arrival.received_at, retained=arrival.retained)
    return _without_stale_time(report, tolerance_scale) if arrival.late else report


def _without_stale_time(report: StatusReport, tolerance_scale: float) -> StatusReport:
    """A birth that waited for us tells an old time with a right clock: it must not speak against that clock."""
    if report.sent_t is None or clock_agrees(
        report.sent_t, received_at=report.received_at, tolerance_scale=tolerance_scale
    ):
        return report
    age = (report.received_at - EPOCH).total_seconds() - report.sent_t
    may_have_waited = 0 < age <= PAST_TOLERANCE.total_seconds() * tolerance_scale
    return replace(report, sent_t=None) if may_have_waited else report


def _taker(
    ports: Ports, kind: type, tolerance_scale: float, recorded: Callable[[int], None], answering: Answering
) -> Callable[[Sequence[_Read]], BatchTaken]:
    """What takes messages of one kind; readings are counted by `recorded`, also those of a part that breaks."""

    def take(part: Sequence[_Read]) -> BatchTaken:
        if kind is Reading:
            return _readings(ports, part, tolerance_scale, recorded)
        if kind is StatusReport:
            return _statuses(ports, part, tolerance_scale)
        if kind is Responded:
            return _responses(ports, part, answering)
        return _dead_letters(ports, part)

    return take


def _readings(
    ports: Ports, part: Sequence[_Read], tolerance_scale: float, recorded: Callable[[int], None]
) -> BatchTaken:
    readings = [found for _, found in part if isinstance(found, Reading)]
    taken = take_readings(ports, readings=readings, tolerance_scale=tolerance_scale, recorded=recorded)
    if taken.clock_set_back:
        log.warning("a clock was ahead and has been set back; the time of taps goes back with it")
    for why in dict.fromkeys(taken.unbelieved):
        log.warning(why)
    return BatchTaken(
        unclaimed=taken.unclaimed,
        dead_letters=_keep_untaken(ports, part, taken.untaken),
        set_apart=taken.set_apart + taken.unbooked,
        history_only=taken.history_only,
        damaged=taken.damaged,
        telling=taken.telling,
    )


def _keep_untaken(ports: Ports, part: Sequence[_Read], untaken: Sequence[Untaken]) -> int:
    """Keep the messages of which something could not be taken; gives how many."""
    why = {_identity(one.reading): one.why for one in untaken}
    found = [
        (arrival, why[_identity(reading)])
        for arrival, reading in (part if why else ())
        if isinstance(reading, Reading) and _identity(reading) in why
    ]
    for arrival, reason in found:
        keep_dead_letter(ports, letter=_dead(arrival, reason))
    return len(found)


def _identity(reading: Reading) -> tuple[object, ...]:
    """What stays of a reading wherever it is placed."""
    return reading.device_id, reading.boot, reading.seq, reading.digest, reading.received_at


def _statuses(ports: Ports, part: Sequence[_Read], tolerance_scale: float) -> BatchTaken:
    reports = [found for _, found in part if isinstance(found, StatusReport)]
    taken = take_statuses(ports, reports=reports, tolerance_scale=tolerance_scale)
    return BatchTaken(unclaimed=taken.unclaimed, damaged=taken.damaged)


def _responses(ports: Ports, part: Sequence[_Read], answering: Answering) -> BatchTaken:
    letters, dropped, news = 0, 0, False
    for arrival, found in part:
        if not isinstance(found, Responded):
            continue
        device_id, response = found
        wall = answering.wall(arrival.received_at)
        if isinstance(response, Sample):
            told = answering.lets(device_id, wall=wall) and take_sample(
                ports, device_id=device_id, sample=response, wall=wall
            )
            dropped += not told
            continue
        try:
            answered = take_response(ports, device_id=device_id, response=response, wall=wall)
            # Also where it is no news: a batch that broke is given again, and what follows may be what it broke at.
            follow_command(ports, command=answered.command, now=arrival.received_at, wall=wall)
            news |= answered.news
        except NotFound as refused:
            letters += 1
            keep_dead_letter(ports, letter=_dead(arrival, str(refused)))
    return BatchTaken(dead_letters=letters, set_apart=dropped, telling=news)


def _dead_letters(ports: Ports, part: Sequence[_Read]) -> BatchTaken:
    letters = [found for _, found in part if isinstance(found, DeadLetter)]
    for letter in letters:
        keep_dead_letter(ports, letter=letter)
    return BatchTaken(dead_letters=len(letters))


def _taken(
    ports: Ports, run: Sequence[_Read], take: Callable[[Sequence[_Read]], BatchTaken], *, set_apart: bool
) -> list[BatchTaken]:
    """Take a run; a damaged row that its use case cannot go on without is no reason to wait: it stays damaged."""
    if not set_apart:
        try:
            return [take(run)]
        except BadRow as bad:
            log.warning("messages need a row that cannot be read: each of them is tried alone", why=str(bad))
    return list(_without_poison(ports, run, take))


def _without_poison(
    ports: Ports, part: Sequence[_Read], take: Callable[[Sequence[_Read]], BatchTaken]
) -> Iterator[BatchTaken]:
    """Take a run whole; where it breaks, halve it until the message that breaks it is alone."""
    try:
        yield take(part)
    except TRY_AGAIN:
        raise
    except Exception as error:
        if len(part) > 1:
            middle = len(part) // 2
            yield from _without_poison(ports, part[:middle], take)
            yield from _without_poison(ports, part[middle:], take)
            return
        ((arrival, _),) = part
        log.exception("message cannot be taken", topic=arrival.topic)
        keep_dead_letter(ports, letter=_dead(arrival, f"{type(error).__name__}: {error}"))
        yield BatchTaken(dead_letters=1)


def _dead(arrival: Arrival, reason: str) -> DeadLetter:
    return DeadLetter.of(topic=arrival.topic, reason=reason, payload=arrival.payload, received_at=arrival.received_at)
