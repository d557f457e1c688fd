"""Births and last wills: who is heard, and whose clock can be believed."""

from datetime import UTC, datetime

from backend.domain.reading import StatusReport
from backend.domain.scale import Scale, ScaleStatus, after_status

NOW = datetime(2026, 3, 20, 20, 40, tzinfo=UTC)
SECONDS = 1_774_039_200
SCALE = Scale(device_id="SCALE-1", status=ScaleStatus.ONLINE, session=5, fw_version="0.1.0", claims_pours=True)


def _report(*, online: bool, session: int, sent_t: int | None = None, retained: bool = False) -> StatusReport:
    return StatusReport(
        device_id="SCALE-1",
        received_at=NOW,
        online=online,
        session=session,
        sent_t=sent_t,
        pours=online,
        retained=retained,
    )


def _after(scale: Scale, report: StatusReport, *, tolerance_scale: float = 1.0) -> Scale:
    after = after_status(scale, report, tolerance_scale=tolerance_scale)
    assert after is not None
    return after


def test_the_last_will_of_an_old_session_is_not_believed() -> None:
    assert after_status(SCALE, _report(online=False, session=4)) is None


def test_the_last_will_of_this_session_is_and_changes_nothing_else() -> None:
    after = _after(SCALE, _report(online=False, session=5))

    assert after.status is ScaleStatus.OFFLINE
    assert (after.fw_version, after.claims_pours, after.session) == ("0.1.0", True, 5)
    assert after_status(after, _report(online=False, session=5)) is None


def test_a_will_that_the_broker_kept_is_believed_although_its_birth_was_missed() -> None:
    assert _after(SCALE, _report(online=False, session=9, retained=True)).status is ScaleStatus.OFFLINE


def test_a_birth_with_another_time_takes_its_clock_out_of_use_until_one_agrees() -> None:
    skewed = _after(SCALE, _report(online=True, session=6, sent_t=SECONDS + 300))
    unsaid = _after(skewed, _report(online=True, session=6))
    agreeing = _after(unsaid, _report(online=True, session=6, sent_t=SECONDS + 2))

    assert [skewed.clock_trusted, unsaid.clock_trusted, agreeing.clock_trusted] == [False, False, True]


def test_a_birth_of_a_scale_whose_clock_is_not_set_begins_anew() -> None:
    skewed = _after(SCALE, _report(online=True, session=6, sent_t=SECONDS + 300))

    assert _after(skewed, _report(online=True, session=7)).clock_trusted


def test_a_birth_from_the_memory_of_the_broker_says_nothing_about_the_clock() -> None:
    hours_old = _report(online=True, session=6, sent_t=SECONDS - 20_000, retained=True)

    after = _after(SCALE, hours_old)

    assert after.clock_trusted
    assert after_status(after, hours_old) is None


def test_the_tolerance_of_a_birth_grows_with_the_speed_of_the_story() -> None:
    ahead = _report(online=True, session=6, sent_t=SECONDS + 600)

    assert not _after(SCALE, ahead).clock_trusted
    assert _after(SCALE, ahead, tolerance_scale=60).clock_trusted


def test_a_retired_scale_stays_retired() -> None:
    retired = Scale(device_id="SCALE-1", status=ScaleStatus.RETIRED, session=5)

    assert after_status(retired, _report(online=True, session=6)) is None
    assert after_status(retired, _report(online=False, session=5)) is None
