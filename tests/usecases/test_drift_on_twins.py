"""Drift found with the real firmware, while kegs are drunk up and changed, and nobody tells the product anything."""

import pytest
from bar import ONE, Bar
from cellar import SCALES, Cellar, barrel

from backend.domain.drift import DriftNoted
from backend.usecases.drift import DriftView, drift_now, watch_drift


@pytest.fixture
def dry(bar: Bar) -> Cellar:
    """A cellar whose first keg is nearly empty."""
    return Cellar(bar, left=(0.01, 0.6))


def drink_up(cellar: Cellar) -> None:
    """Pour until the faucet sputters."""
    while cellar.stand().keg.beer_lbs > 0:
        cellar.pour(250)


def watched(cellar: Cellar) -> tuple[DriftView, list[DriftNoted]]:
    """Look for drift once the new keg has stood a while."""
    cellar.run(200)
    ports = cellar.bar.ports
    watch_drift(ports, location_id="loc-001", now=cellar.now)
    told = [event for event in cellar.bar.told if isinstance(event, DriftNoted)]
    return drift_now(ports, device_id=SCALES[ONE], location_id="loc-001"), told


@pytest.mark.slow
@pytest.mark.parametrize("span_pct", [3, -3, 0])
def test_three_percent_are_told_after_two_kegs_whose_shells_differ(dry: Cellar, span_pct: float) -> None:
    dry._commands.bar.by_scale[SCALES[ONE]].drift(span_pct, 0)
    dry.run(60)
    told = []

    for shell_lbs in (31.6, 27.9, 30.0):
        drink_up(dry)
        dry.swap(new=barrel(shell_lbs=shell_lbs), gap=40)
        view, noted = watched(dry)
        told.append(len(noted))

    assert told == ([0, 0, 1] if span_pct else [0, 0, 0])
    assert view.span is not None
    assert view.span.kegs == 2
    assert view.span.pct == pytest.approx(span_pct, abs=0.5)
    assert view.zero is not None
    assert view.zero.lbs == pytest.approx(0.0, abs=0.25)
