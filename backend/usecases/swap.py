"""Judging what was set down under a tap, once it has stood for a few seconds."""

from collections.abc import Sequence
from datetime import datetime

from backend.domain.ids import TapId
from backend.domain.tap import Moved, TapState
from backend.ports import Action, Ports


def call_for_judgement(before: TapState | None, moved: Moved) -> list[Action]:  # noqa: ARG001 - being written
    """Give the row that calls for the judgement of a load that nobody may move any more."""
    return []


def complete_swaps(ports: Ports, *, tap_ids: Sequence[TapId], now: datetime) -> None:
    """Judge the loads under some taps."""
