"""What a board asks is checked, done in the member's name, told back, and can be undone."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live_bar import HALF, ONE, PILS, T0, set_up, weigh

from app import wall_acts
from app.live import Live
from app.site import Site
from app.wall_acts import UNDO_FOR, WallActs
from app.wall_asked import ASKED
from backend.domain.beer import Beer
from backend.domain.command import Answer as ScaleAnswer
from backend.domain.command import CommandState, told
from backend.domain.face import TapFace
from backend.domain.maintenance import AsideKind
from backend.domain.member import OWNER, Grant, Member, Role
from backend.embedded.commands import LinkCommands
from backend.ports import Ports, StoreUnavailable
from backend.usecases.change_keg import change_keg
from backend.usecases.keg_stock import stock_kegs
from backend.usecases.set_up import add_beer
from backend.usecases.take_response import take_response
from backend.usecases.view_board import view_board
from backend.usecases.view_tap import view_tap
from components.sheet import Answer

TAP = "loc-001:01"
STAFF = Member(sub="anna", name="Anna", ceiling=Role.STAFF, grants=(Grant(location_id="loc-001", role=Role.STAFF),))
STOUT = Beer(beer_id="stout", name="Night Stout", brewery="North Pier", specific_gravity=1.014, srm=40)


class Hands:
    """A clock of which both times are set by hand."""

    speed = 1.0

    def __init__(self) -> None:
        self.bar = T0
        self.real = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.bar

    def wall(self) -> datetime:
        return self.real

    async def sleep_until(self, moment: datetime) -> None:
        raise AssertionError(moment)


class Wall:
    """A board's acts, asked one after the other."""

    def __init__(self, ports: Ports) -> None:
        set_up(ports)
        add_beer(ports, beer=STOUT, location_id="loc-001", member=OWNER)
        weigh(ports, 1, 160.0, 160.0)
        self.ports, self.clock = ports, Hands()
        live = Live(ports, self.clock, location_id="loc-001")
        self.site = Site(ports=ports, clock=self.clock, live=live, location_id="loc-001")
        self.told: list[Answer] = []
        self.acts = WallActs(self.site, tell=self.told.append)
        self.asked = 0

    def ask(self, act: str, **fields: Any) -> Answer:
        self.asked += 1
        self.clock.bar += timedelta(seconds=5)
        at = {} if act == "undo" else {"tap": TAP}
        return lived(self.acts.answer({"ask": self.asked, "at": self.at(), "do": act, **at, **fields}))

    def at(self) -> float:
        return self.clock.now().timestamp()

    def face(self) -> TapFace:
        return view_board(self.ports, location_id="loc-001", member=OWNER).faces[0]


def lived(story: Coroutine[Any, Any, Answer]) -> Answer:
    return asyncio.run(story)


@pytest.fixture
def wall(ports: Ports) -> Wall:
    return Wall(ports)


@pytest.fixture
def as_staff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wall_acts, "current_member", lambda: STAFF)


def test_a_look_gives_what_fits_and_every_beer_of_the_house(wall: Wall) -> None:
    answer = wall.ask("look")

    sheet = answer["sheet"]
    assert (answer["ask"], sheet["tap"], sheet["question"]) == (1, TAP, None)
    assert [(card["why"], card["name"], card["note"]) for card in sheet["offers"]] == [
        ("same again", "Pils", "Half barrel")
    ]
    assert [beer["name"] for beer in sheet["beers"]] == ["Night Stout", "Pils"]
    assert sheet["sizes"][0] == {"type": "half_barrel", "name": "Half barrel"}
    assert sheet["glasses"] == ["4 oz", "Half pint", "Pint", "Pitcher"]


def test_a_keg_is_changed_by_one_touch_and_undone_by_another(wall: Wall) -> None:
    before = wall.face()

    done = wall.ask("choose", keg=None, beer="stout", size="sixth_barrel", sure=True)
    changed = wall.face()
    undone = wall.ask("undo", undo=done["undo"])

    assert done["done"] == "Tap 1: Night Stout, sixtel"
    assert done["by"] == "by Owner"
    assert changed.beer == STOUT
    assert undone["done"] == "Tap 1: the keg before is on again"
    assert undone["undo"] is None
    assert (wall.face().beer, wall.face().type_id) == (before.beer, before.type_id)


def test_a_change_told_by_mistake_is_taken_back_from_the_sheet_and_that_is_undone_too(wall: Wall) -> None:
    wall.ask("choose", keg=None, beer="stout", size="sixth_barrel", sure=True)
    offered = wall.ask("look")["sheet"]["undo"]

    back = wall.ask("take_back")
    again = wall.ask("undo", undo=back["undo"])

    assert offered is not None
    assert offered.startswith("the keg before comes back")
    assert back["done"] == "Tap 1: Pils, half barrel, as before"
    assert again["done"] == "Tap 1: Night Stout, sixtel"
    assert wall.face().beer == STOUT


def test_a_keg_that_cannot_have_come_is_asked_about_and_put_on_by_who_is_sure(wall: Wall) -> None:
    asked = wall.ask("choose", keg=None, beer="stout", size="sixth_barrel")
    unchanged = wall.face()
    done = wall.ask("choose", keg=None, beer="stout", size="sixth_barrel", sure=True)

    assert asked["question"].startswith("Nothing was lifted: 160.0 lb stand there, a full sixtel weighs ")
    assert asked["question"].endswith("Is the new keg on?")
    assert unchanged.beer == PILS
    assert done["done"] == "Tap 1: Night Stout, sixtel"


def test_a_keg_of_the_stock_that_is_not_on_yet_is_queued(wall: Wall) -> None:
    (keg,) = stock_kegs(
        wall.ports, location_id="loc-001", beer_id="stout", type_id="sixth_barrel", count=1, member=OWNER, now=T0
    )

    asked = wall.ask("choose", keg=keg.keg_id, beer=None, size=None)
    done = wall.ask("wait", keg=keg.keg_id)
    offers = wall.ask("look")["sheet"]["offers"]

    assert "question" in asked
    assert done["done"] == "Tap 1: waits for the new keg, nothing is changed yet"
    assert (offers[0]["why"], offers[0]["keg"]) == ("queued next", keg.keg_id)
    assert wall.face().beer == PILS


def test_a_touch_on_a_list_that_somebody_overtook_is_refused(wall: Wall) -> None:
    seen = wall.ask("look")["sheet"]["seen"]
    wall.ask("choose", keg=None, beer="stout", size="half_barrel")

    late = wall.ask("choose", keg=None, beer="pils", size="half_barrel", seen=seen)

    assert "just changed this tap" in late["refused"]
    assert wall.face().beer == STOUT


def test_a_change_of_yesterday_is_undone_on_the_page_of_the_tap_alone(wall: Wall) -> None:
    wall.ask("choose", keg=None, beer="stout", size="half_barrel")
    fresh = wall.ask("look")["sheet"]["undo"]
    wall.clock.bar += timedelta(hours=13)

    assert fresh is not None
    assert wall.ask("look")["sheet"]["undo"] is None


def test_a_card_says_that_its_beer_is_past_its_best(wall: Wall) -> None:
    stock_kegs(
        wall.ports,
        location_id="loc-001",
        beer_id="stout",
        type_id="sixth_barrel",
        count=1,
        best_by=T0.date() - timedelta(days=3),
        member=OWNER,
        now=T0,
    )

    cards = wall.ask("look")["sheet"]["offers"]

    (card,) = (card for card in cards if card["beer"] == "stout")
    assert card["past"]
    assert card["fresh"].startswith("best by was ")


@pytest.mark.parametrize("kind", list(AsideKind))
def test_a_tap_is_set_aside_and_comes_back_by_undo_or_by_hand(wall: Wall, kind: AsideKind) -> None:
    first = wall.ask("aside", kind=kind.value)
    aside = wall.face().aside
    wall.ask("undo", undo=first["undo"])
    undone = wall.face().aside
    wall.ask("aside", kind=kind.value)
    back = wall.ask("back")
    in_service = wall.face().aside
    wall.ask("undo", undo=back["undo"])
    again = wall.face().aside

    assert aside is not None
    assert (aside.kind, aside.by) == (kind, "owner")
    assert undone is None
    assert in_service is None
    assert again is not None
    assert again.kind is kind


def test_waste_is_booked_by_the_glass_and_taken_back(wall: Wall) -> None:
    def wasted() -> float:
        ledger = view_tap(wall.ports, tap_id=ONE, member=OWNER, now=wall.clock.now()).ledger
        return ledger.wasted if ledger else -1.0

    done = wall.ask("waste", reason="spill", glass=2)
    after = wasted()
    undone = wall.ask("undo", undo=done["undo"])

    assert done["done"] == "Tap 1: pint of spill booked"
    assert after == pytest.approx(0.125)
    assert undone["done"] == "Tap 1: no waste booked"
    assert wasted() == 0


def test_an_undo_is_of_its_board_and_for_a_short_while(wall: Wall) -> None:
    done = wall.ask("aside", kind="cleaning")
    stranger = WallActs(wall.site, tell=wall.told.append)

    elsewhere = lived(stranger.answer({"ask": 1, "at": wall.at(), "do": "undo", "undo": done["undo"]}))
    wall.clock.real += UNDO_FOR + timedelta(seconds=1)
    late = wall.ask("undo", undo=done["undo"])

    assert "cannot be undone here any more" in elsewhere["refused"]
    assert "cannot be undone here any more" in late["refused"]
    assert wall.face().aside is not None


@pytest.mark.usefixtures("as_staff")
def test_staff_are_told_who_may_put_on_another_beer(wall: Wall) -> None:
    other = wall.ask("choose", keg=None, beer="stout", size="half_barrel")
    same = wall.ask("choose", keg=None, beer="pils", size="half_barrel")

    assert other["refused"] == (
        "Not done: only a Manager may assign beer or keg: ask one to do it or to change your role."
    )
    assert same["done"] == "Tap 1: Pils, half barrel"
    assert same["by"] == "by Anna"


def test_a_scale_that_blinks_says_so_and_one_that_does_not_says_why(wall: Wall) -> None:
    class Way:
        up = True

        def say(self, topic: str, payload: bytes) -> None:
            """Take it."""

    assert isinstance(wall.ports.commands, LinkCommands)
    wall.ports.commands.use(Way())
    first = wall.ask("light")
    command_id = next(iter(wall.acts._lights))

    def answered(state: CommandState, error: str | None = None) -> Answer:
        said = ScaleAnswer(command_id=command_id, state=state, error=error)
        taken = take_response(wall.ports, device_id="SCALE-1", response=said, wall=wall.clock.wall())
        asyncio.run(wall.acts.follow(told(taken.command)))
        return wall.told.pop()

    blinks = answered(CommandState.ACCEPTED)
    fails = answered(CommandState.FAILED, "fault")

    assert first["done"] == "Tap 1: waiting for the scale"
    assert blinks["done"] == "Tap 1: its scale blinks for 20 s"
    assert fails["refused"] == "Tap 1: the scale reports a fault: check its load cell and its cable."


@pytest.mark.parametrize(
    ("speed", "seconds", "in_time"), [(1, 5, True), (1, 7, False), (60, 300, True), (60, 400, False)]
)
def test_a_touch_that_took_too_long_to_arrive_does_nothing(
    wall: Wall, speed: float, seconds: float, *, in_time: bool
) -> None:
    wall.clock.speed = speed
    touched = wall.at()
    wall.clock.bar += timedelta(seconds=seconds)

    answer = lived(wall.acts.answer({"ask": 1, "at": touched, "do": "aside", "tap": TAP, "kind": "cleaning"}))

    assert ("done" in answer) is in_time
    assert (wall.face().aside is not None) is in_time
    assert in_time or "took too long" in answer["refused"]


def test_a_store_that_is_away_is_an_answer_too(wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("no space")

    monkeypatch.setattr(wall_acts, "do", away)

    answer = wall.ask("aside", kind="cleaning")

    assert "nothing can be saved now" in answer["refused"]


def test_a_tap_of_another_bar_is_none_of_ours(wall: Wall) -> None:
    change_keg(wall.ports, tap_id=ONE, keg=HALF, at=T0, member=OWNER, now=T0)

    answers = [
        lived(wall.acts.answer({"ask": 1, "at": wall.at(), "do": "aside", "tap": tap, "kind": "cleaning"}))
        for tap in ("loc-002:01", "loc-001:77", "nonsense")
    ]

    assert all(answer["refused"].startswith("Not done: ") for answer in answers)
    assert "there is no tap loc-002:01" in answers[0]["refused"]


@pytest.mark.parametrize(
    "asked",
    [
        None,
        [],
        "look",
        {},
        {"ask": 1, "do": "look", "tap": TAP},
        {"ask": 1, "at": float("nan"), "do": "look", "tap": TAP},
        {"ask": 1, "at": "now", "do": "look", "tap": TAP},
        {"ask": 1, "at": 0, "do": "look"},
        {"ask": 1, "at": 0, "do": "look", "tap": TAP, "more": 1},
        {"ask": "1", "at": 0, "do": "look", "tap": TAP},
        {"ask": -1, "at": 0, "do": "look", "tap": TAP},
        {"ask": 2**40, "at": 0, "do": "look", "tap": TAP},
        {"ask": 1, "at": 0, "do": "drop", "tap": TAP},
        {"ask": 1, "at": 0, "do": "look", "tap": "x" * 200},
        {"ask": 1, "at": 0, "do": "waste", "tap": TAP, "reason": "foam", "glass": 1.5},
        {"ask": 1, "at": 0, "do": "waste", "tap": TAP, "reason": "x" * 1000, "glass": 1},
        {"ask": 1, "at": 0, "do": "waste", "tap": TAP, "reason": "foam", "glass": True},
        {"ask": 1, "at": 0, "do": "aside", "tap": TAP, "kind": "for ever"},
        {"ask": 1, "at": 0, "do": "choose", "tap": TAP, "keg": {"$ne": ""}, "beer": None, "size": None},
        {"ask": 1, "at": 0, "do": "undo", "undo": None},
    ],
)
def test_what_is_no_act_is_refused_and_does_nothing(wall: Wall, asked: object) -> None:
    answer = lived(wall.acts.answer(asked))

    assert answer["ask"] is None
    assert "Load it again" in answer["refused"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
        lambda one: st.lists(one) | st.dictionaries(st.sampled_from(["ask", "do", "tap", "keg", "undo"]), one),
        max_leaves=8,
    )
)
def test_no_nonsense_is_an_act(asked: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        ASKED.validate_python(asked)


def test_a_glass_that_is_in_no_list_is_refused(wall: Wall) -> None:
    answer = wall.ask("waste", reason="foam", glass=9)

    assert "choose one of the list" in answer["refused"]
    assert PILS.name in str(wall.face().beer)
