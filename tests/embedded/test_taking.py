from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from intake_bar import BEFORE, LOCATION, Bar, opened_bar, spoil

from backend.cellar import dead_letters, kegs, scales, taps
from backend.cellar.rows import UnreadableRow
from backend.domain.beer import Beer
from backend.domain.ids import TapId
from backend.domain.keg import Keg
from backend.domain.member import OWNER
from backend.domain.reading import Reading
from backend.domain.scale import Scale, ScaleStatus
from backend.embedded import taking
from backend.embedded.arrival import Arrival
from backend.embedded.client_id import client_id
from backend.embedded.taking import BatchTaken, take_batch
from backend.ports import Ports, Put
from backend.usecases.change_keg import NextKeg, change_keg
from backend.usecases.set_up import add_beer
from backend.usecases.take_readings import Taken, take_readings

NOW = datetime(2026, 3, 18, 20, 40, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
POUR = b'"pour":{"start":%d,"seconds":8.5,"before_lbs":121.0,"after_lbs":120.0}' % (SECONDS - 10)


@pytest.fixture
def bar(tmp_path: Path) -> Iterator[Bar]:
    with opened_bar(tmp_path, taps=2) as opened:
        yield opened


def reading(payload: bytes, *, at: datetime = NOW, retained: bool = False) -> Arrival:
    return Arrival(topic="keg/readings/SCALE-1", payload=payload, received_at=at, retained=retained, late=retained)


def birth(t: int, *, session: int = 1, late: bool = False, retained: bool = False) -> Arrival:
    payload = b'{"online":true,"session":%d,"t":%d}' % (session, t)
    return Arrival(
        topic="keg/status/SCALE-1", payload=payload, received_at=NOW, late=late or retained, retained=retained
    )


def scale(bar: Bar) -> Scale:
    item = bar.ports.table.get(scales.key("SCALE-1"))
    assert item is not None
    return scales.from_item(item)


def tapped(bar: Bar) -> Keg:
    """A keg that has been on tap 1 since yesterday."""
    add_beer(bar.ports, beer=Beer(beer_id="pils", name="Pilsner"), location_id=LOCATION, member=OWNER)
    return change_keg(
        bar.ports,
        tap_id=TapId(LOCATION, 1),
        keg=NextKeg(beer_id="pils", type_id="half_barrel"),
        at=NOW - timedelta(days=1),
        member=OWNER,
        now=NOW,
    )


def test_readings_and_statuses_are_taken_in_the_order_of_their_arrival(bar: Bar) -> None:
    arrivals = [birth(0), reading(b'{"boot":1,"seq":1,"t":%d,"weight_lbs":80}' % (SECONDS - 3600)), birth(SECONDS)]

    taken = take_batch(bar.ports, arrivals=arrivals)

    (row,) = bar.ports.history.readings(tap_id=TapId(LOCATION, 1), start=BEFORE, end=NOW + timedelta(days=1))
    assert taken == BatchTaken(recorded=1)
    assert row.measured_at == NOW  # the birth before it told 1970, so its time was not used
    assert scale(bar).clock_trusted


def test_a_birth_that_waited_at_the_broker_does_not_speak_against_the_clock(bar: Bar) -> None:
    take_batch(bar.ports, arrivals=[birth(SECONDS - 3600, late=True)])

    assert scale(bar).status is ScaleStatus.ONLINE
    assert scale(bar).clock_trusted


def test_what_is_taken_and_kept_nowhere_is_counted(bar: Bar) -> None:
    pour = b'"pour":{"start":%d,"seconds":8,"before_lbs":81,"after_lbs":80}' % (SECONDS - 9)
    nowhere = Arrival(
        topic="keg/readings/SCALE-1", payload=b'{"weight_lbs":80,"t":%d}' % (SECONDS - 9e6), received_at=NOW
    )
    bar.ports.table.transact([scales.put(replace(scale(bar), status=ScaleStatus.RETIRED))])
    other = Arrival(
        topic="keg/readings/SCALE-2", payload=b'{"boot":1,"seq":1,"weight_lbs":80,%b}' % pour, received_at=NOW
    )

    taken = take_batch(bar.ports, arrivals=[nowhere, other])

    assert taken == BatchTaken(recorded=1, set_apart=2)


def test_a_clock_that_is_set_back_is_logged_and_the_taps_follow(bar: Bar) -> None:
    numbered = b'{"boot":1,"seq":%d,"weight_lbs":80,"t":%d}'
    ahead = NOW + timedelta(days=1)
    take_batch(bar.ports, arrivals=[reading(numbered % (1, SECONDS + 86_400), at=ahead)])

    with structlog.testing.capture_logs() as logged:
        take_batch(bar.ports, arrivals=[reading(numbered % (2, SECONDS))])
        take_batch(bar.ports, arrivals=[reading(numbered % (3, SECONDS + 1))])

    assert [entry["log_level"] for entry in logged] == ["warning"]
    item = bar.ports.table.get(taps.state_key(TapId(LOCATION, 1)))
    assert item is not None
    assert taps.state_from_item(item).updated_at == NOW + timedelta(seconds=1)


@pytest.mark.parametrize("t", [0, SECONDS + 3600])
def test_a_birth_that_cannot_have_waited_so_long_does(bar: Bar, t: int) -> None:
    take_batch(bar.ports, arrivals=[birth(t, late=True)])

    assert not scale(bar).clock_trusted


def test_a_live_birth_with_a_wrong_clock_is_not_trusted(bar: Bar) -> None:
    take_batch(bar.ports, arrivals=[birth(SECONDS - 3600)])

    assert not scale(bar).clock_trusted


def test_in_a_fast_story_a_clock_may_differ_as_many_times_more(bar: Bar) -> None:
    take_batch(bar.ports, arrivals=[birth(SECONDS - 3600)], tolerance_scale=60.0)

    assert scale(bar).clock_trusted


def test_a_pour_is_worth_telling_and_a_plain_reading_is_not(bar: Bar) -> None:
    tapped(bar)

    plain = take_batch(bar.ports, arrivals=[reading(b'{"boot":1,"seq":1,"weight_lbs":121}')])
    poured = take_batch(bar.ports, arrivals=[reading(b'{"boot":1,"seq":2,"weight_lbs":120,%s}' % POUR)])

    assert not plain.telling
    assert poured.telling


def test_a_retained_reading_is_taken_only_where_it_tells_its_time(bar: Bar) -> None:
    timeless = reading(b'{"weight_lbs":80}', retained=True)
    timed = reading(b'{"boot":1,"seq":1,"t":%d,"weight_lbs":80}' % (SECONDS - 60), retained=True)

    assert take_batch(bar.ports, arrivals=[timeless]) == BatchTaken(dead_letters=1)
    assert take_batch(bar.ports, arrivals=[timed]) == BatchTaken(recorded=1)


def test_a_message_that_breaks_its_use_case_is_set_apart_only_when_asked(
    bar: Bar, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_named: object) -> None:
        raise KeyError("nothing here")

    monkeypatch.setattr(taking, "take_readings", broken)
    arrivals = [reading(b'{"weight_lbs":80}')]

    with pytest.raises(KeyError):
        take_batch(bar.ports, arrivals=arrivals)
    taken = take_batch(bar.ports, arrivals=arrivals, set_apart=True)

    (letter,) = bar.ports.table.query(dead_letters.newest(10)).items
    assert taken == BatchTaken(dead_letters=1)
    assert letter["reason"] == "KeyError: 'nothing here'"


def test_a_state_that_the_disk_has_changed_keeps_its_readings_from_no_history(bar: Bar) -> None:
    numbered = b'{"boot":1,"seq":%d,"weight_lbs":80}'
    take_batch(bar.ports, arrivals=[reading(numbered % 1)])
    spoil(bar, taps.state_key(TapId(LOCATION, 1)))

    taken = take_batch(bar.ports, arrivals=[reading(numbered % 2)])

    assert (taken.recorded, taken.history_only, taken.dead_letters) == (1, 1, 0)
    assert [why.partition(" cannot")[0] for why in taken.damaged] == ["row LOCATION#loc-001 / TAP#01#STATE"]
    assert bar.weights() == [80.0, 80.0]


def test_a_pour_that_cannot_be_booked_is_kept_with_its_message_and_the_level_goes_on(bar: Bar) -> None:
    keg = tapped(bar)
    spoil(bar, kegs.ledger_key(keg.keg_id))
    poured = reading(b'{"boot":1,"seq":2,"weight_lbs":120,%s}' % POUR)

    taken = take_batch(bar.ports, arrivals=[reading(b'{"boot":1,"seq":1,"weight_lbs":121}'), poured])
    again = take_batch(bar.ports, arrivals=[poured])

    (letter,) = bar.ports.table.query(dead_letters.newest(10)).items
    assert (taken.recorded, taken.history_only, taken.dead_letters) == (2, 0, 1)
    assert (again.recorded, again.dead_letters) == (0, 1)
    assert letter["payload"] == poured.payload.decode()
    assert str(letter["reason"]).startswith(f"row KEG#{keg.keg_id} / LEDGER cannot be read")
    item = bar.ports.table.get(taps.state_key(TapId(LOCATION, 1)))
    assert item is not None
    assert taps.state_from_item(item).weight_lbs == 120.0


def test_a_pour_that_was_kept_is_booked_once_its_row_is_mended(bar: Bar) -> None:
    keg = tapped(bar)
    ledger = bar.ports.table.get(kegs.ledger_key(keg.keg_id))
    assert ledger is not None
    poured = reading(b'{"boot":1,"seq":2,"weight_lbs":120,%s}' % POUR)
    spoil(bar, kegs.ledger_key(keg.keg_id))
    take_batch(bar.ports, arrivals=[poured])
    bar.ports.table.transact([Put(item=ledger)])

    taken = take_batch(bar.ports, arrivals=[poured])

    assert (taken.recorded, taken.dead_letters, taken.damaged) == (0, 0, ())
    item = bar.ports.table.get(kegs.ledger_key(keg.keg_id))
    assert item is not None
    assert kegs.ledger_from_item(item).pours == 1


def test_a_scale_that_cannot_be_read_measures_on_where_it_was_put_last(bar: Bar) -> None:
    spoil(bar, scales.key("SCALE-1"))

    taken = take_batch(bar.ports, arrivals=[birth(SECONDS), reading(b'{"boot":1,"seq":1,"weight_lbs":80}')])

    assert (taken.recorded, taken.unclaimed, taken.dead_letters, len(taken.damaged)) == (1, 0, 0, 1)
    assert bar.weights() == [80.0]


def test_dead_letters_are_kept_also_where_their_number_cannot_be_read(bar: Bar) -> None:
    take_batch(bar.ports, arrivals=[reading(b"?")])
    spoil(bar, dead_letters.count_key())

    taken = take_batch(bar.ports, arrivals=[reading(b"!"), reading(b"!!")])

    assert taken.dead_letters == 2
    assert len(bar.ports.table.query(dead_letters.newest(10)).items) == 3
    assert bar.store.unreadable.told == ()


def test_a_row_no_use_case_can_go_on_without_makes_nobody_wait(bar: Bar, monkeypatch: pytest.MonkeyPatch) -> None:
    def needs_it(ports: Ports, *, readings: Sequence[Reading], **named: Any) -> Taken:
        if any(one.weight_lbs == 13 for one in readings):
            raise UnreadableRow.at("P", "S", why="cut")
        return take_readings(ports, readings=readings, **named)

    monkeypatch.setattr(taking, "take_readings", needs_it)
    arrivals = [reading(b'{"boot":1,"seq":%d,"weight_lbs":%d}' % (n, n)) for n in range(12, 16)]

    taken = take_batch(bar.ports, arrivals=arrivals)

    assert (taken.recorded, taken.dead_letters) == (3, 1)


def test_nothing_taken_is_nothing_done(bar: Bar) -> None:
    assert take_batch(bar.ports, arrivals=[]) == BatchTaken()


def test_a_data_folder_keeps_its_client_id_and_shares_it_with_no_other(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()

    assert client_id(first) == client_id(first)
    assert client_id(first) != client_id(second)


def test_a_damaged_client_id_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "intake-id").write_bytes(b"\xff\x00 nonsense")

    fresh = client_id(tmp_path)

    assert fresh.startswith("scale-sense-")
    assert client_id(tmp_path) == fresh
