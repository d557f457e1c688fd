"""A form answers its browser only while it is on the page."""

import pytest
from nicegui import Client, ui

from components.form import Entered, Field, Form


async def _done(_: Entered) -> None:
    """Do nothing: only the answer is looked at."""


def test_a_form_that_its_own_deed_took_off_the_page_is_not_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(Form, "run_method", lambda _, name, *__: said.append(name))
    with Client(ui.page("/form"), request=None):
        place = ui.element()
        with place:
            form = Form([Field(name="beer", label="Beer", kind="text")], verb="Save", name="A form", on_send=_done)
    form.tell(["before"])

    place.clear()
    form.tell(["after"])

    assert said == ["tell"]
