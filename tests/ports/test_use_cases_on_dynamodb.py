"""The real use cases on the table of the cloud: whoever comes second decides anew, and nothing is lost."""

import random
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cloud
import pytest
from faulty_client import NOT_OURS, Fault, FaultyClient

from backend.aws.patience import Patience
from backend.aws.table import DynamoTable
from backend.domain.refusal import Conflict
from backend.ports import StoreUnavailable

sys.path.insert(0, str(Path(__file__).parents[1] / "usecases"))  # the bar that the use cases are tried on

from bar import OUNCE, Bar, at, claim, opened, said

THREADS, READINGS = 16, 96


def _told_by_sixteen(bar: Bar) -> None:
    """Each thread gives its readings of one tap, in twos, again and again until they are taken."""
    readings = [
        said(n * 10, 150 - n * OUNCE, pour=claim(n * 10 - 5, 150 - (n - 1) * OUNCE, 1) if n % 2 else None)
        for n in range(READINGS)
    ]

    def give(mine: Any) -> None:
        for first in range(0, len(mine), 2):
            _until_taken(lambda first=first: bar.take(mine[first : first + 2]))

    threads = [threading.Thread(target=give, args=(readings[n::THREADS],)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _until_taken(take: Callable[[], object]) -> None:
    while True:
        try:
            take()
        except (Conflict, StoreUnavailable):
            continue
        return


def _lost_nothing(bar: Bar, keg_id: str) -> None:
    assert bar.ports.history.count() == READINGS
    assert bar.state().updated_at == at(10 * (READINGS - 1))
    assert bar.ledger(keg_id).pours == READINGS // 2 == len(bar.pours())
    assert bar.ledger(keg_id).poured == pytest.approx(READINGS / 2 / 128)


def test_sixteen_threads_on_one_tap_lose_no_reading_and_no_pour(client: Any, tmp_path: Path) -> None:
    with cloud.fresh_table(client) as table, opened(tmp_path, table=table) as bar:
        keg = bar.change(second=-60)

        _told_by_sixteen(bar)

        _lost_nothing(bar, keg.keg_id)


def test_nor_where_one_request_in_ten_fails_in_some_way(client: Any, tmp_path: Path) -> None:
    dice, lock, faults = random.Random(11), threading.Lock(), list[Fault]()
    begun = threading.Event()

    def told(_: str, __: int) -> Fault | None:
        with lock:
            if not begun.is_set() or dice.random() >= 0.1:
                return None
            faults.append(dice.choice(NOT_OURS))
            return faults[-1]

    with cloud.fresh_name(client) as name:
        table = DynamoTable(FaultyClient(client, told), name, patience=Patience(pause=lambda _: None))  # type: ignore[arg-type]
        with opened(tmp_path, table=table) as bar:
            keg = bar.change(second=-60)
            begun.set()

            _told_by_sixteen(bar)

            begun.clear()
            _lost_nothing(bar, keg.keg_id)
    assert set(faults) == set(NOT_OURS)
