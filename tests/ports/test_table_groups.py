import threading

import pytest

from backend.ports import Check, Delete, Item, Key, Outcome, Put, Table, TableRefused

TAP, STATE = Key("LOCATION#loc-001", "TAP#07"), Key("LOCATION#loc-001", "TAP#07#STATE")
APPLIED, CONFLICT = Outcome.APPLIED, Outcome.CONFLICT


def item(key: Key, version: int | None = None, **attributes: object) -> Item:
    stamp = {} if version is None else {"version": version}
    return {"PK": key.pk, "SK": key.sk, **stamp, **attributes}  # type: ignore[dict-item]  # tests put what they like


def test_an_item_comes_back_as_it_was_written(table: Table) -> None:
    written = item(TAP, beer="Störtebeker ½", pct=54.1, seq=7, on=True, off=None, deep={"list": [1, {"a": "b"}]}, e="")

    outcomes = table.transact([Put(item=written)])

    assert outcomes == [APPLIED]
    assert table.get(TAP) == written


def test_an_item_that_was_never_written_is_none(table: Table) -> None:
    assert table.get(TAP) is None
    assert table.get_many([TAP, STATE]) == {}


def test_a_put_replaces_the_whole_item(table: Table) -> None:
    table.transact([Put(item=item(TAP, beer="Pilsner", keg="keg-1"))])

    table.transact([Put(item=item(TAP, beer="Stout"))])

    assert table.get(TAP) == item(TAP, beer="Stout")


def test_get_many_gives_those_that_exist_however_many_are_asked_for(table: Table) -> None:
    keys = [Key("MANY", f"{number:04d}") for number in range(250)]
    table.transact(*([Put(item=item(key, n=number))] for number, key in enumerate(keys) if number % 2))

    found = table.get_many([*keys, keys[1], keys[1]])

    assert found == {key: item(key, n=number) for number, key in enumerate(keys) if number % 2}


def test_what_a_caller_does_to_an_answer_does_not_reach_the_table(table: Table) -> None:
    table.transact([Put(item=item(TAP, tags=["a"]))])
    answer = dict(table.get(TAP) or {})

    answer["tags"].append("b")  # type: ignore[union-attr]  # it is a list

    assert table.get(TAP) == item(TAP, tags=["a"])


def test_version_zero_wants_nothing_there(table: Table) -> None:
    first = table.transact([Put(item=item(TAP, 1, by="a"), expected_version=0)])
    second = table.transact([Put(item=item(TAP, 1, by="b"), expected_version=0)])

    assert (first, second) == ([APPLIED], [CONFLICT])
    assert table.get(TAP) == item(TAP, 1, by="a")


def test_a_put_over_another_version_is_a_conflict(table: Table) -> None:
    table.transact([Put(item=item(TAP, 1), expected_version=0)], [Put(item=item(TAP, 2), expected_version=1)])

    stale = table.transact([Put(item=item(TAP, 2, by="late"), expected_version=1)])
    ahead = table.transact([Put(item=item(TAP, 4, by="early"), expected_version=3)])

    assert (stale, ahead) == ([CONFLICT], [CONFLICT])
    assert table.get(TAP) == item(TAP, 2)


def test_an_item_without_a_version_has_none_of_the_expected_ones(table: Table) -> None:
    table.transact([Put(item=item(TAP))])

    assert table.transact([Put(item=item(TAP, 1), expected_version=0)]) == [CONFLICT]
    assert table.transact([Put(item=item(TAP, 2), expected_version=1)]) == [CONFLICT]
    assert table.transact([Check(key=TAP, expected_version=1)]) == [CONFLICT]
    assert table.transact([Put(item=item(TAP, 1))]) == [APPLIED]


def test_a_group_happens_whole_or_not_at_all(table: Table) -> None:
    table.transact([Put(item=item(STATE, 1), expected_version=0)])

    outcomes = table.transact(
        [
            Put(item=item(TAP, 1), expected_version=0),
            Delete(key=Key("OTHER", "x")),
            Put(item=item(STATE, 1), expected_version=0),
        ]
    )

    assert outcomes == [CONFLICT]
    assert table.get(TAP) is None


def test_groups_are_independent_and_see_those_before_them(table: Table) -> None:
    outcomes = table.transact(
        [Put(item=item(TAP, 1), expected_version=0)],
        [Put(item=item(TAP, 1, by="second"), expected_version=0)],
        [Put(item=item(TAP, 2, by="third"), expected_version=1), Check(key=STATE, expected_version=0)],
        [Put(item=item(STATE, 1), expected_version=0)],
    )

    assert outcomes == [APPLIED, CONFLICT, APPLIED, APPLIED]
    assert table.get(TAP) == item(TAP, 2, by="third")


def test_a_check_holds_the_group_to_a_version_it_does_not_write(table: Table) -> None:
    table.transact([Put(item=item(TAP, 1), expected_version=0)])

    right = table.transact([Check(key=TAP, expected_version=1), Put(item=item(STATE, by="right"))])
    wrong = table.transact([Check(key=TAP, expected_version=2), Put(item=item(STATE, by="wrong"))])
    absent = table.transact([Check(key=TAP, expected_version=0), Put(item=item(STATE, by="absent"))])

    assert (right, wrong, absent) == ([APPLIED], [CONFLICT], [CONFLICT])
    assert table.get(STATE) == item(STATE, by="right")


def test_a_delete_keeps_to_its_version_and_may_delete_nothing(table: Table) -> None:
    table.transact([Put(item=item(TAP, 1), expected_version=0)])

    assert table.transact([Delete(key=TAP, expected_version=2)]) == [CONFLICT]
    assert table.transact([Delete(key=TAP, expected_version=1)]) == [APPLIED]
    assert table.get(TAP) is None
    assert table.transact([Delete(key=TAP)]) == [APPLIED]
    assert table.transact([Delete(key=TAP, expected_version=1)]) == [CONFLICT]


def test_a_group_of_a_hundred_actions_is_taken(table: Table) -> None:
    outcomes = table.transact([Put(item=item(Key("HUNDRED", f"{n:03d}"))) for n in range(100)])

    assert outcomes == [APPLIED]
    assert table.get(Key("HUNDRED", "099")) is not None


def test_no_groups_have_no_outcomes(table: Table) -> None:
    assert table.transact() == []


def test_nothing_is_written_where_a_later_group_is_refused(table: Table) -> None:
    with pytest.raises(TableRefused):
        table.transact([Put(item=item(TAP))], [Put(item=item(STATE, weight=float("nan")))])

    assert table.get(TAP) is None


@pytest.mark.parametrize("durable", [False, True])
def test_sixteen_writers_of_one_item_lose_nothing(table: Table, *, durable: bool) -> None:
    table.transact([Put(item=item(TAP, 1, total=0), expected_version=0)])

    def add_ten() -> None:
        for _ in range(10):
            while True:
                now = dict(table.get(TAP) or {})
                after = {**now, "version": now["version"] + 1, "total": now["total"] + 1}  # type: ignore[operator]
                if table.transact([Put(item=after, expected_version=now["version"])], durable=durable) == [APPLIED]:  # type: ignore[arg-type]
                    break

    writers = [threading.Thread(target=add_ten) for _ in range(16)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert table.get(TAP) == item(TAP, 161, total=160)
