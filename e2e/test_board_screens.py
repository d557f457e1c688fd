"""Many boards on one server: what each is told, what a slow, a lying or a closed one costs."""

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, TCPConnector
from bar_rows import friday_night, row
from bar_server import MadeUpBar
from board_page import OpenPage, heap_mb, ready, tile
from playwright.sync_api import expect

from components.screens import MOST_WAITING

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "bench"))  # where the light client lives

from light_client import HandshakeRefused, LightClient, Ticket, ticket_of

pytestmark = [pytest.mark.browser, pytest.mark.alone]

StartBar = Callable[..., MadeUpBar]


class Reader:
    """A light client that keeps the newest row of each tap."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.beats = 0
        self.client = LightClient(on_event=self._hear)

    def _hear(self, event: str, told: list[Any]) -> None:
        if event == "ss_snapshot":
            self.rows = {row["tap"]: row for row in told[0]["rows"]}
        elif event == "ss_rows":
            self.rows.update({row["tap"]: row for row in told[0]})
        self.beats += event == "ss_beat"


async def until(true: Callable[[], Any], *, within_s: float = 15) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110 - what is asked tells of no change
            await asyncio.sleep(0.05)


async def ticket_for(session: ClientSession, bar: MadeUpBar) -> Ticket:
    """Open a page, and give what its script would connect with."""
    async with session.get(bar.url, headers={"Connection": "close"}) as answer:
        return ticket_of(await answer.text())


def lived(story: Any) -> None:
    """Live a coroutine to its end, beside the loop that playwright keeps in this thread."""
    with ThreadPoolExecutor(1) as one:
        one.submit(asyncio.run, story).result()


def test_a_light_client_and_a_real_board_show_the_same_rows(made_up_bar: StartBar, open_page: OpenPage) -> None:
    bar = made_up_bar(rows=friday_night())
    page = ready(open_page(bar.url))

    async def story() -> None:
        reader = Reader()
        async with ClientSession() as session:
            await reader.client.open(session, bar.url)
            await until(lambda: len(reader.rows) == 12)
            bar.pour(100)
            bar.change(row(4, pct=71.4, volume="11.07 gal"))
            await until(lambda: reader.rows["loc-001:04"]["volume"] == "11.07 gal")
            await until(lambda: reader.beats)
            heard.update({tap: each["volume"] for tap, each in reader.rows.items() if each["pct"] is not None})
            await reader.client.close()

    heard: dict[str, str] = {}
    lived(story())

    expect(tile(page, 4).locator(".ss-volume")).to_have_text("11.07 gal")
    shown = page.eval_on_selector_all(
        ".ss-tile", "all => Object.fromEntries(all.map(t => [t.dataset.tap, t.querySelector('.ss-volume').innerText]))"
    )
    assert len(heard) >= 10
    assert {tap: shown[tap] for tap in heard} == heard


def test_who_lies_about_the_handshake_is_refused(made_up_bar: StartBar) -> None:
    bar = made_up_bar(rows=[row(1)])

    async def story() -> None:
        async with ClientSession() as session:
            honest = await ticket_for(session, bar)
            strange = Ticket(prefix="", query={**honest.query, "client_id": "00000000-0000-4000-8000-000000000000"})
            with pytest.raises(HandshakeRefused, match="Implicit handshake failed"):
                await LightClient().connect(session, bar.url, strange)
            first, second = LightClient(), LightClient()
            await first.connect(session, bar.url, honest)
            with pytest.raises(HandshakeRefused, match="Implicit handshake failed"):
                await second.connect(session, bar.url, honest)  # another tab that found out the page's id
            assert first.sid is not None
            await first.close()

    lived(story())

    assert bar.census()["boards"] == 1


def test_the_spoken_handshake_is_answered_too(made_up_bar: StartBar) -> None:
    bar = made_up_bar(rows=[row(1)])

    async def story() -> None:
        reader = Reader()
        async with ClientSession() as session:
            ticket = await ticket_for(session, bar)
            spoken = Ticket(prefix="", query={**ticket.query, "implicit_handshake": False})
            await reader.client.connect(session, bar.url, spoken)
            await until(lambda: reader.rows)
            await reader.client.close()

    lived(story())


def test_a_board_that_does_not_read_keeps_no_endless_queue_and_is_told_all_once_it_reads(
    made_up_bar: StartBar,
) -> None:
    bar = made_up_bar(rows=friday_night(99))
    many = [row(no, beer="x" * 600) for no in range(1, 100)]

    async def story() -> None:
        reader = Reader()
        async with ClientSession() as session:
            await reader.client.open(session, bar.url)
            await until(lambda: len(reader.rows) == 99)
            reader.client.stop_reading()
            before = bar.census()["rss"]
            for _ in range(400):  # 30 MB: more than the sockets of both sides hold
                await asyncio.to_thread(bar.change, *many)
            counted.append(bar.census())
            grown.append(counted[0]["rss"] - before)
            bar.change(row(7, volume="the last word"))
            reader.client.read_again()
            await until(lambda: reader.rows["loc-001:07"]["volume"] == "the last word")
            await reader.client.close()

    counted: list[dict[str, int]] = []
    grown: list[int] = []
    lived(story())

    assert 10 < counted[0]["waiting"] <= MOST_WAITING + 5, "the board was never behind, or its queue grows"
    assert grown[0] < 15e6


def test_a_hundred_boards_opened_and_closed_leave_nothing_behind(made_up_bar: StartBar) -> None:
    bar = made_up_bar(rows=friday_night(99))

    async def hundred() -> None:
        async with ClientSession(connector=TCPConnector(limit=0)) as session:
            boards = [LightClient() for _ in range(100)]
            for board in boards:
                await board.open(session, bar.url)
            open_then.append(bar.census()["boards"])
            await asyncio.gather(*(board.close() for board in boards))
        await until(lambda: bar.census()["pages"] + bar.census()["outboxes"] == 0)

    open_then: list[int] = []
    lived(hundred())
    once = bar.census()
    lived(hundred())
    again = bar.census()

    assert open_then == [100, 100]
    assert (again["pages"], again["boards"], again["outboxes"]) == (0, 0, 0)
    assert again["rss"] - once["rss"] < 10e6


def test_a_thousand_ticks_leave_the_pages_heap_and_its_nodes_as_they_were(
    made_up_bar: StartBar, open_page: OpenPage
) -> None:
    bar = made_up_bar(rows=friday_night(15))
    page = ready(open_page(bar.url, reduced_motion="reduce"))
    bar.pour(200)
    page.wait_for_timeout(500)
    heap, nodes = heap_mb(page), page.evaluate("document.querySelectorAll('*').length")

    bar.pour(1000)
    expect(tile(page, 15).locator(".ss-volume")).to_have_text("5.51 gal")

    assert heap_mb(page) - heap < 5
    assert abs(page.evaluate("document.querySelectorAll('*').length") - nodes) <= 20
