"""Two faucets on one keg: a tap that pours from the keg of another one, weighed by that one's scale."""

from collections.abc import Sequence
from dataclasses import replace

from backend.cellar import taps
from backend.domain.ids import TapId
from backend.domain.member import Act, Member
from backend.domain.reading import ReadingTaken
from backend.domain.refusal import Conflict, Invalid
from backend.domain.tap import Tap
from backend.ports import Action, Ports
from backend.usecases import load
from backend.usecases.commit import commit


def share_keg(ports: Ports, *, tap_id: TapId, with_tap: TapId | None, member: Member) -> None:
    """Let a tap pour from the keg of another tap of the bar; None: it stands for itself again. Repeated: no change.

    Both show the same level, and every pour is booked to the keg: the scale cannot tell through which faucet it went.

    Raises:
        Forbidden, NotFound: the member may not, or there is no such tap.
        Invalid: a tap cannot share its own keg, nor one of another bar.
        Conflict: the tap has a keg or a scale of its own, or others share its keg; or the other one shares itself.
    """
    member.must(Act.ASSIGN, location_id=tap_id.location_id)
    if with_tap is not None and (with_tap == tap_id or with_tap.location_id != tap_id.location_id):
        raise Invalid(f"tap {tap_id} can share the keg of another tap of its own bar: choose one")

    def decide() -> tuple[Sequence[Action], None]:
        tap = load.tap(ports, tap_id)
        if tap.shares == with_tap:
            return [], None
        actions: list[Action] = [taps.put(replace(tap, shares=with_tap))]
        if with_tap is not None:
            holder = load.tap(ports, with_tap)
            _check(tap, holder)
            actions.append(taps.put(replace(holder, shared_by=tuple(sorted({*holder.shared_by, tap_id.number})))))
        if tap.shares is not None:
            left = load.tap(ports, tap.shares)
            others = tuple(number for number in left.shared_by if number != tap_id.number)
            actions.append(taps.put(replace(left, shared_by=others)))
        return actions, None

    commit(ports, decide)
    ports.feed.publish([ReadingTaken(location_id=tap_id.location_id, tap_id=str(tap_id))])  # its screens look again


def _check(tap: Tap, holder: Tap) -> None:
    if holder.shares is not None:
        raise Conflict(f"tap {holder.tap_id} shares the keg of tap {holder.shares}: choose that one")
    if tap.shared_by:
        raise Conflict(f"other taps share the keg of tap {tap.tap_id}: let them stand for themselves first")
    if tap.scale_id is not None:
        raise Conflict(f"tap {tap.tap_id} has scale {tap.scale_id} of its own: take that away first")
    if tap.keg_id is not None:
        raise Conflict(f"a keg of its own is on tap {tap.tap_id}: undo that change first")
