"""A calibration and a tare on the table of the cloud: the same rows, the same end."""

import sys
from pathlib import Path
from typing import Any

import cloud
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "usecases"))  # the bar that the use cases are tried on

from asking import asking, wall
from bar import MANAGER, ONE, STAFF, at, opened
from calibrating import SCALE, begin, calibrated, point
from pretended_scale import PretendedScale

from backend.domain.keg import TareSource
from backend.domain.wizard import Step, TareOf
from backend.usecases.save_calibration import undo_calibration, view_calibrations
from backend.usecases.tare import tare
from backend.usecases.wizards import cancel_wizard, stored


def test_a_scale_is_calibrated_taken_back_and_a_shell_weighed(client: Any, tmp_path: Path) -> None:
    with cloud.fresh_table(client) as table, opened(tmp_path, table=table) as bar:
        scale = PretendedScale(asking(bar), factor=9500 / 0.97)
        calibrated(bar, scale)
        assert point(bar, scale, 55.116).step is Step.DONE
        scale.clock = 100
        undo_calibration(bar.ports, device_id=SCALE, member=MANAGER, now=at(100), wall=wall(100))
        scale.work()
        keg = bar.change(second=120)
        scale.clock, scale.load_lbs, scale.factor = 200, 31.4, 9500.0

        tare(bar.ports, tap_id=ONE, tare_of=TareOf.EMPTY_KEG, member=STAFF, now=at(200), wall=wall(200))
        scale.work()

        assert [one.rev for one in view_calibrations(bar.ports, device_id=SCALE, member=MANAGER)] == [3, 2, 1]
        shell = bar.keg(keg.keg_id).tare
        assert shell.source is TareSource.WEIGHED_EMPTY
        assert shell.empty_lbs == pytest.approx(31.4, abs=0.05)


def test_a_wizard_is_left_and_begun_anew(client: Any, tmp_path: Path) -> None:
    with cloud.fresh_table(client) as table, opened(tmp_path, table=table) as bar:
        scale = PretendedScale(asking(bar))
        begin(bar, scale)
        cancel_wizard(bar.ports, device_id=SCALE, member=MANAGER, wall=wall(1))

        assert stored(bar.ports, SCALE) is None
        assert begin(bar, scale).step is Step.EMPTY
