"""The audit: what was done is told to those who may know, newest first, and only what changed."""

import pytest
from bar import MANAGER, STAFF, Bar, at

from backend.domain.audit import Deed, changed
from backend.domain.member import OWNER
from backend.domain.refusal import Forbidden, Invalid, NotFound
from backend.usecases.audit import record, view_audit


def _note(bar: Bar, *, second: float, subject: str = "keg-1", empty: float = 30.0) -> None:
    put = record(
        location_id="loc-001",
        at=at(second),
        member=OWNER,
        deed=Deed.CORRECTED,
        subject=subject,
        before={"empty_lbs": 29.7, "beer_id": "pils"},
        after={"empty_lbs": empty, "beer_id": "pils"},
        reason="  weighed it  ",
    )
    bar.ports.table.transact([put])


def test_an_entry_tells_who_did_what_and_only_what_changed(bar: Bar) -> None:
    _note(bar, second=5)

    (entry,) = view_audit(bar.ports, location_id="loc-001", member=MANAGER, now=at(60)).entries

    assert (entry.by, entry.by_name, entry.deed, entry.subject) == ("owner", "Owner", Deed.CORRECTED, "keg-1")
    assert (entry.before, entry.after) == ({"empty_lbs": 29.7}, {"empty_lbs": 30.0})
    assert (entry.at, entry.reason) == (at(5), "weighed it")


def test_the_newest_entry_comes_first_and_pages_go_on(bar: Bar) -> None:
    for second in range(5):
        _note(bar, second=second)

    first = view_audit(bar.ports, location_id="loc-001", member=OWNER, now=at(60), limit=3)
    rest = view_audit(bar.ports, location_id="loc-001", member=OWNER, now=at(60), limit=3, cursor=first.cursor)

    assert [entry.at for entry in first.entries + rest.entries] == [at(second) for second in (4, 3, 2, 1, 0)]


def test_the_entries_of_one_subject_and_of_a_time_can_be_asked_for(bar: Bar) -> None:
    for second, subject in enumerate(["keg-1", "keg-2", "keg-1", "keg-2"]):
        _note(bar, second=second, subject=subject)

    of_one = view_audit(bar.ports, location_id="loc-001", member=OWNER, now=at(60), subject="keg-2")
    of_a_time = view_audit(bar.ports, location_id="loc-001", member=OWNER, now=at(60), start=at(1), end=at(2))

    assert [entry.at for entry in of_one.entries] == [at(3), at(1)]
    assert [entry.at for entry in of_a_time.entries] == [at(2), at(1)]


def test_the_same_change_told_twice_is_one_entry(bar: Bar) -> None:
    _note(bar, second=5)
    _note(bar, second=5)

    assert len(view_audit(bar.ports, location_id="loc-001", member=OWNER, now=at(60)).entries) == 1


def test_only_managers_see_the_audit_and_only_of_their_own_bar(bar: Bar) -> None:
    with pytest.raises(Forbidden, match="Manager"):
        view_audit(bar.ports, location_id="loc-001", member=STAFF, now=at(60))
    with pytest.raises(NotFound):
        view_audit(bar.ports, location_id="loc-002", member=MANAGER, now=at(60))
    with pytest.raises(Invalid, match="1 to 500"):
        view_audit(bar.ports, location_id="loc-001", member=OWNER, now=at(60), limit=0)


def test_what_one_side_lacks_is_told_as_nothing() -> None:
    assert changed({"a": 1}, {"b": 2}) == ({"a": 1, "b": None}, {"a": None, "b": 2})
