"""What the simulated bar is told when it starts, and what is remembered of it when it ends."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.demo_bar import LOCATION, SEED, DemoTap, demo_taps
from app.demo_scales import AGED_PCT, AGED_PLACE, battery_of, factor_of, revision_of, zero_of
from app.simulator import Simulator, Truth
from app.story_file import LeftScale, Saved
from backend.cellar import calibrations
from backend.cellar import taps as tap_rows
from backend.domain.ids import TapId
from backend.domain.keg_type import TYPICAL_GRAVITY
from backend.domain.tap import Tap, TapState
from backend.domain.units import lbs_of
from backend.embedded.broker_address import BrokerAddress
from backend.ports import Ports, Query
from backend.usecases import load
from backend.usecases.view_tap import kegs_of


def standing(ports: Ports) -> list[tuple[Tap, TapState | None]]:
    """Give each tap of the demo bar with its state."""
    query = Query(partition=f"LOCATION#{LOCATION.location_id}", begins_with=tap_rows.PREFIX)
    items = load.every(ports, query)
    states = {
        state.tap_id: state for state in (tap_rows.state_from_item(item) for item in items if tap_rows.is_state(item))
    }
    set_up = (tap_rows.from_item(item) for item in items if not tap_rows.is_state(item))
    return [(tap, states.get(tap.tap_id)) for tap in set_up]


def left_of(ports: Ports, simulator: Simulator, truths: Mapping[TapId, Truth]) -> dict[str, LeftScale]:
    """Tell how the scales of the bar are left; `truths` where they are known."""
    return {
        tap.scale_id: LeftScale(
            wifi=simulator.wifi_up.get(tap.tap_id, True),
            keg_id=tap.keg_id,
            beer_lbs=truths[tap.tap_id].beer_lbs if tap.tap_id in truths else None,
            stands_lbs=truths[tap.tap_id].stands_lbs if tap.tap_id in truths else None,
        )
        for tap, _ in standing(ports)
        if tap.scale_id
    }


def local_offset(epoch_s: int) -> int:
    """Seconds by which the bar's time is ahead of UTC at a moment."""
    offset = datetime.fromtimestamp(epoch_s, tz=LOCATION.zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def plan_of(ports: Ports, broker: BrokerAddress, saved: Saved, *, now: datetime) -> dict[str, Any]:
    """Tell the simulated bar what stands where, as the store knows it."""
    stands = standing(ports)
    told: dict[TapId, DemoTap] = {
        tap.story.tap_id: tap for tap in demo_taps(max(tap.tap_id.number for tap, _ in stands), start=now)
    }
    return {
        "seed": saved.seed or SEED,
        "broker": {"host": broker.host, "port": broker.port},
        "utc_offset_s": local_offset(int(now.timestamp())),
        "scales": [
            {
                **_scale(ports, tap, state, told[tap.tap_id], saved, now),
                "user": broker.username,
                "password": broker.password,
            }
            for tap, state in stands
            if tap.scale_id
        ],
    }


def really_there(ports: Ports, told: Sequence[DemoTap]) -> dict[str, LeftScale]:
    """Tell what stands on the scales of taps whose past has just been written, whatever they show."""
    stories = {tap.story.tap_id: tap for tap in told}
    return {
        tap.scale_id: LeftScale(
            wifi=not stories[tap.tap_id].offline, keg_id=tap.keg_id, beer_lbs=stories[tap.tap_id].story.left_lbs
        )
        for tap, _ in standing(ports)
        if tap.scale_id
    }


def _beer_lbs(ports: Ports, tap: Tap, state: TapState | None, left: LeftScale | None, *, aged_pct: float) -> float:
    """Tell how much beer (lb) stands under a tap: what was left there, or what is shown, or what the books say."""
    if tap.keg_id is None or tap.specific_gravity is None:
        return 0.0
    if left and left.keg_id == tap.keg_id and left.beer_lbs is not None:
        return left.beer_lbs
    if state and state.shown and state.keg_id == tap.keg_id and tap.empty_lbs is not None:
        gross_lbs = (state.shown.net_lbs + tap.empty_lbs) / (1 + aged_pct / 100)
        return max(0.0, gross_lbs - tap.empty_lbs)
    return max(0.0, lbs_of(load.ledger(ports, tap.keg_id).remaining, specific_gravity=tap.specific_gravity))


def _scale(
    ports: Ports, tap: Tap, state: TapState | None, told: DemoTap, saved: Saved, now: datetime
) -> dict[str, Any]:
    left = saved.scales.get(tap.scale_id or "")
    place = tap.tap_id.number - 1
    aged_pct = AGED_PCT if place == AGED_PLACE else 0.0
    return {
        "scale": tap.scale_id,
        "zero": zero_of(place),
        "factor": factor_of(place),
        "cal": revision_of(place),
        "aged_pct": aged_pct,
        "shell_lbs": tap.empty_lbs,
        "beer_lbs": _beer_lbs(ports, tap, state, left, aged_pct=_still_off(ports, tap, aged_pct)),
        "full_lbs": tap.full_lbs or 0.0,
        "stands_lbs": left.stands_lbs if left else None,
        "sg": tap.specific_gravity or TYPICAL_GRAVITY,
        "popularity": told.popularity,
        "offline": not left.wifi if left else told.offline,
        "battery_pct": battery_of(place, since=tap.scale_since, now=now),
        **(_beside(ports, tap, left, now=now) if left and left.stands_lbs is not None and not tap.keg_id else {}),
    }


def _beside(ports: Ports, tap: Tap, left: LeftScale, *, now: datetime) -> dict[str, Any]:
    """Tell of the keg that waits beside a platform where the product knows of none any more: the last of that tap."""
    stood = kegs_of(ports, tap_id=tap.tap_id, until=now, limit=1)
    if not stood:
        return {}
    keg, gravity = stood[0], load.beer(ports, stood[0].beer_id).specific_gravity
    remaining = max(0.0, lbs_of(load.ledger(ports, keg.keg_id).remaining, specific_gravity=gravity))
    return {
        "shell_lbs": keg.tare.empty_lbs,
        "beer_lbs": remaining if left.beer_lbs is None else left.beer_lbs,
        "full_lbs": keg.full_lbs,
        "sg": gravity,
    }


def _still_off(ports: Ports, tap: Tap, aged_pct: float) -> float:
    """By how much (percent) a scale shows too much: nothing any more once it was calibrated in the story."""
    item = ports.table.get(calibrations.key(tap.scale_id or ""))
    rev = calibrations.from_item(item).rev if item else 0
    return aged_pct if rev <= revision_of(tap.tap_id.number - 1) else 0.0
