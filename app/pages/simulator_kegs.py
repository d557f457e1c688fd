"""Putting another keg on in the simulated bar, one that nobody has announced: any beer, size, filling and shell."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from app.demo_bar import BEERS
from app.site import Site
from app.theme import panel
from backend.domain.face import TapFace
from backend.domain.ids import TapId
from backend.domain.keg_type import KEG_TYPES
from backend.domain.refusal import Invalid
from components.form import Entered, Field, Form
from components.words import Words

FILLED: Final = {"1": "full", "0.75": "three quarters", "0.5": "half", "0.2": "a fifth", "0": "empty"}
SHELLS: Final = {"0": "as usual for its size", "2": "2 lb heavier", "-2": "2 lb lighter"}

Pull = Callable[[Callable[[], Awaitable[None]], str], Awaitable[bool]]


class AnotherKeg:
    """The form that puts any keg on a tap; what it is the product has to find out."""

    def __init__(self, site: Site, faces: Sequence[TapFace], *, pull: Pull) -> None:
        self._simulator = site.simulator
        self._pull = pull
        self._taps = {str(face.tap_id): face.tap_id for face in faces}
        with panel("Put another keg on"):
            Words(
                "Nobody announces this one: the board offers the kegs that fit its weight, and asks where none does."
            ).classes("ss-muted ss-sim-another")
            Form(_fields(faces), verb="Put on", name="Put another keg on", on_send=self._send)

    async def _send(self, entered: Entered) -> None:
        tap_id, simulator = self._taps.get(entered["tap"]), self._simulator
        if tap_id is None or simulator is None or entered["filled"] not in FILLED or entered["shell"] not in SHELLS:
            raise Invalid("what was chosen cannot be read: load the page again")

        async def put_on() -> None:
            await simulator.put_on(
                tap_id,
                beer_id=entered["beer"],
                type_id=entered["type"],
                filled=float(entered["filled"]),
                heavier_lbs=float(entered["shell"]),
            )

        await self._pull(put_on, f"Another keg is being put on tap {tap_id.number}; nobody says which.")


def _fields(faces: Sequence[TapFace]) -> list[Field]:
    taps = [(str(face.tap_id), _named(face.tap_id, face)) for face in faces]
    kinds = [(kind.type_id, kind.name) for kind in KEG_TYPES.values()]
    return [
        Field(name="tap", label="Tap", kind="select", value=taps[0][0] if taps else "", choices=taps),
        Field(
            name="beer",
            label="Beer",
            kind="select",
            value=BEERS[0].beer_id,
            choices=[(beer.beer_id, beer.name) for beer in BEERS],
        ),
        Field(name="type", label="Size", kind="select", value="half_barrel", choices=kinds),
        Field(name="filled", label="How full", kind="select", value="1", choices=list(FILLED.items())),
        Field(name="shell", label="Shell", kind="select", value="0", choices=list(SHELLS.items())),
    ]


def _named(tap_id: TapId, face: TapFace) -> str:
    return f"{tap_id.number} · {face.beer.name}" if face.beer else str(tap_id.number)
