"""One row that a disk has spoiled, with a real broker before it: nobody waits, nothing is lost, and it is named."""

import asyncio
import sqlite3
from pathlib import Path

from intake_bar import LOCATION, Bar, spoil
from intake_running import running, until

from backend.cellar import scales, taps
from backend.domain.ids import TapId
from backend.ports import Key

ONE, TWO = TapId(LOCATION, 1), TapId(LOCATION, 2)


def _lbs(bar: Bar, tap_id: TapId) -> float:
    item = bar.ports.table.get(taps.state_key(tap_id))
    assert item is not None
    return taps.state_from_item(item).weight_lbs


def _spoiled_from_outside(bar: Bar, key: Key) -> None:
    """What another program does to the file while the server is at work."""
    bar.store.sync()
    with sqlite3.connect(bar.store.path, timeout=10) as beside:
        beside.execute("UPDATE items SET body = '{\"PK\":' WHERE pk = ? AND sk = ?", (key.pk, key.sk))
        beside.execute(
            "UPDATE rewritten SET body = '{\"PK\":' WHERE place = (SELECT place FROM items WHERE pk = ? AND sk = ?)",
            (key.pk, key.sk),
        )
    beside.close()


def test_other_taps_go_on_and_the_readings_of_this_one_are_in_history_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path, taps=2) as bar:
            numbered = b'{"boot":1,"seq":%d,"weight_lbs":%d}'
            for scale in ("SCALE-1", "SCALE-2"):
                await bar.publish(numbered % (1, 90), topic=f"keg/readings/{scale}")
            await until(lambda: bar.intake.facts().readings_total == 2 and bar.intake.facts().waiting == 0)
            _spoiled_from_outside(bar.bar, taps.state_key(ONE))

            for seq in (2, 3, 3, 4):
                for scale in ("SCALE-1", "SCALE-2"):
                    await bar.publish(numbered % (seq, 90 - seq), topic=f"keg/readings/{scale}")
            await until(lambda: bar.intake.facts().readings_total == 8 and bar.intake.facts().waiting == 0)

            facts = bar.intake.facts()
            assert (facts.note, facts.dead_letters_total, facts.set_apart_total) == (None, 0, 0)
            assert facts.history_only_total == 4  # one of them twice: it is said again, and recorded once
            assert [why.partition(" cannot")[0] for why in facts.damaged] == ["row LOCATION#loc-001 / TAP#01#STATE"]
            assert bar.bar.weights(1) == bar.bar.weights(2) == [90.0, 88.0, 87.0, 86.0]
            assert _lbs(bar.bar, TWO) == 86.0

    asyncio.run(story())


def test_a_birth_of_a_scale_that_cannot_be_read_is_acknowledged_and_the_others_are_heard(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path, taps=2) as bar:
            spoil(bar.bar, scales.key("SCALE-1"))

            for scale in ("SCALE-1", "SCALE-2"):
                await bar.publish(b'{"online":true,"session":7}', topic=f"keg/status/{scale}")
            await until(lambda: bar.intake.facts().damaged and bar.intake.facts().waiting == 0)

            item = bar.bar.ports.table.get(scales.key("SCALE-2"))
            assert item is not None
            assert scales.from_item(item).session == 7
            assert bar.intake.facts().note is None

    asyncio.run(story())
