"""The steps of a calibration, as a page takes them."""

from asking import wall
from bar import MANAGER, Bar, at
from pretended_scale import PretendedScale

from backend.domain.member import Grant, Member, Role
from backend.domain.wizard import Wizard
from backend.usecases.calibrate import begin_calibration, take_point
from backend.usecases.save_calibration import save_calibration
from backend.usecases.wizards import WizardView, view_wizard

OTHER = Member(
    sub="manager-2", name="Noor", ceiling=Role.MANAGER, grants=(Grant(location_id="loc-001", role=Role.MANAGER),)
)
SCALE = "SCALE-1"


def view(bar: Bar, second: float = 0, member: Member = MANAGER) -> WizardView:
    return view_wizard(bar.ports, device_id=SCALE, member=member, wall=wall(second), now=at(second))


def begin(bar: Bar, scale: PretendedScale, **what: object) -> Wizard:
    begin_calibration(
        bar.ports,
        device_id=SCALE,
        **{"member": MANAGER, "now": at(scale.clock), "wall": wall(scale.clock), **what},  # type: ignore[arg-type]
    )
    scale.work()
    found = view(bar, scale.clock).wizard
    assert found is not None
    return found


def point(
    bar: Bar, scale: PretendedScale, lbs: float, *, known: float | None = None, member: Member = MANAGER
) -> Wizard:
    scale.load_lbs = lbs
    return take_point(
        bar.ports,
        device_id=SCALE,
        samples=scale.streamed(),
        known_lbs=known,
        member=member,
        now=at(scale.clock),
        wall=wall(scale.clock),
    )


def save(bar: Bar, scale: PretendedScale, *, confirm: bool = False) -> Wizard:
    return save_calibration(
        bar.ports, device_id=SCALE, confirm=confirm, member=MANAGER, now=at(scale.clock), wall=wall(scale.clock)
    )


def calibrated(bar: Bar, scale: PretendedScale) -> None:
    begin(bar, scale)
    point(bar, scale, 0.0)
    point(bar, scale, 55.116, known=55.116)
    save(bar, scale)
    scale.work()
