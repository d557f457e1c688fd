"""What takes its time: light, tare, stream, selftest; and a scale set aside."""

import json

from scale_bench.commanded import FACTOR, ZERO, Scale
from scale_bench.fake_board import EPOCH

from firmware.scale.files import Memory
from firmware.scale.port import ticks_add, ticks_ms

BOTH_INTERPRETERS = True


class FullFlash(Memory):
    """A flash that takes nothing any more."""

    def write(self, name, text):
        raise OSError(28)


def later(seconds):
    return ticks_add(ticks_ms(), int(seconds * 1000))


def refusal(scale, word):
    answers = scale.answers()
    assert [(answer["state"], answer["ok"], answer["error"]) for answer in answers] == [("failed", False, word)], (
        answers
    )
    return answers[0]["result"]["why"]


def test_identify_blinks_for_its_time_and_leaves_the_light_off():
    scale = Scale()
    scale.tell("identify", seconds=2)
    assert scale.answers() == [{"id": "c1", "state": "accepted", "ok": True}]

    for tenth in range(20):
        scale.look(later(tenth / 10))
    scale.look(later(2.1))

    switched = scale.board.lit
    assert {True, False} == set(switched)
    changes = sum(switched[place] != switched[place - 1] for place in range(1, len(switched)))
    assert changes >= 7
    assert switched[-1] is False
    assert scale.answers() == [{"id": "c1", "state": "done", "ok": True}]


def test_a_tare_at_rest_reports_how_far_from_zero_it_is_and_changes_nothing():
    scale = Scale()
    scale.feed(0.4, 5)

    scale.tell("tare")
    scale.feed(0.4, 2.5)
    scale.look(later(0))

    accepted_not_told_yet = scale.answers()
    assert [answer["state"] for answer in accepted_not_told_yet] == ["done"]
    report = accepted_not_told_yet[0]["result"]
    assert abs(report["residual_lbs"] - 0.4) < 0.003
    assert abs(report["raw"] - (ZERO + 0.4 * FACTOR)) < 20
    assert 10 < report["sd_counts"] < 30
    assert report["stable"] is True
    assert (scale.app.config.zero, scale.app.config.cal) == (ZERO, 3)


def test_a_tare_while_somebody_leans_on_it_is_unstable_and_says_how():
    scale = Scale()
    scale.feed(0, 5)

    scale.tell("tare")
    for lbs in range(25):
        scale.feed(lbs)
    scale.look(later(0))

    answer = scale.answers()[0]
    assert (answer["state"], answer["error"]) == ("failed", "unstable")
    assert answer["result"]["stable"] is False
    assert answer["result"]["sd_counts"] > 10000


def test_a_tare_of_a_cell_that_falls_silent_is_a_fault():
    scale = Scale()
    scale.feed(0, 5)
    scale.tell("tare")
    scale.tell("tare", "c2")
    assert [answer.get("error") for answer in scale.answers()] == [None, "busy"]

    scale.board.ticks += 7000
    scale.app.step()
    scale.look(later(7))

    assert "unplugged" in refusal(scale, "fault")
    scale.tell("tare", "c3")
    assert "unplugged" in refusal(scale, "fault")


def test_in_maintenance_it_weighs_on_and_claims_no_pour_until_its_minutes_are_over():
    scale = Scale()
    scale.feed(99, 5)
    scale.tell("maintenance", on=True, minutes=1)
    scale.news()

    scale.app.claim_pour(EPOCH, 8.5, 100.0, 99.0)
    scale.feed(95, 30)
    aside = scale.news()
    scale.feed(95, 31)
    scale.app.claim_pour(EPOCH + 80, 8.5, 96.0, 95.0)
    scale.feed(95, 1)

    assert scale.answers() == [{"id": "c1", "state": "done", "ok": True}]
    assert aside
    assert not any("pour" in reading for reading in aside)
    assert [reading["pour"]["start"] for reading in scale.news() if "pour" in reading] == [EPOCH + 80]


def test_maintenance_can_be_ended_early():
    scale = Scale()
    scale.feed(99, 5)
    scale.tell("maintenance", on=True)
    assert scale.app.aside

    scale.tell("maintenance", "c2", on=False)

    assert not scale.app.aside


def test_a_stream_gives_every_count_twice_a_second_and_then_ends():
    scale = Scale()
    scale.tell("stream", seconds=2)
    said = []
    for tenth in range(1, 21):
        scale.raw(900000 + tenth)
        payload = scale.commands._works["stream"].due(later(tenth / 10))
        if payload is not None:
            said.append(json.loads(payload))
    scale.look(later(2.2))

    counts = [count for message in said for count in message["result"]["raw"]]
    assert 3 <= len(said) <= 4
    assert counts == list(range(900001, 900001 + len(counts)))
    assert said[0]["state"] == "sample"
    assert said[0]["id"] == "c1"
    assert said[0]["result"]["t"] >= EPOCH
    assert scale.answers()[-1]["state"] == "done"


def test_a_slower_stream_leaves_counts_out_evenly():
    scale = Scale()
    scale.tell("stream", hz=2)
    for tenth in range(1, 31):
        scale.raw(900000 + tenth)

    message = json.loads(scale.commands._works["stream"].due(later(3)))

    assert message["result"]["raw"] == [900005, 900010, 900015, 900020, 900025, 900030]


def test_a_stream_that_nobody_hears_keeps_only_the_newest_counts():
    scale = Scale()
    scale.tell("stream")
    for tenth in range(200):
        scale.raw(900000 + tenth)

    message = json.loads(scale.commands._works["stream"].due(later(20)))

    assert message["result"]["raw"] == list(range(900168, 900200))


def test_a_new_stream_ends_the_one_before_and_zero_seconds_ends_it_without_another():
    scale = Scale()
    scale.tell("stream", "c1")
    scale.answers()
    scale.tell("stream", "c2")
    assert sorted((answer["id"], answer["state"]) for answer in scale.answers()) == [("c1", "done"), ("c2", "accepted")]

    scale.tell("stream", "c3", seconds=0)

    assert sorted((answer["id"], answer["state"]) for answer in scale.answers()) == [("c2", "done"), ("c3", "done")]
    assert not scale.commands.watching


def test_a_selftest_of_a_sound_scale_tells_noise_rate_signal_and_flash():
    scale = Scale()
    scale.board.rssi = lambda: -61
    scale.feed(100, 5)
    scale.tell("selftest")
    scale.feed(100, 4.5)
    scale.look(later(0))

    answer = scale.answers()[0]

    assert answer["state"] == "done"
    result = answer["result"]
    assert (result["cell"], result["rate_hz"], result["rssi"], result["flash"]) == ("ok", 10.0, -61, True)
    assert 10 < result["sd_counts"] < 30
    assert "selftest" not in scale.board.files.texts


def test_a_selftest_finds_an_unplugged_cell_a_wrong_rate_and_a_full_flash():
    unplugged = Scale()
    unplugged.board.ticks += 1000
    unplugged.app.step()
    unplugged.tell("selftest")
    unplugged.look(later(9))

    fast = Scale()
    fast.tell("selftest")
    for _ in range(400):
        fast.board.ticks += 12
        fast.board.chip.codes.append(900000 + fast.dice._state % 19)
        fast.dice.bell(1)
        fast.app.step()
    fast.look(later(0))

    full = Scale()
    full.tell("selftest")
    full.board.files = FullFlash()
    full.feed(100, 5)
    full.look(later(0))

    for scale, name, found in ((unplugged, "cell", "unplugged"), (full, "flash", False)):
        answer = scale.answers()[0]
        assert (answer["error"], answer["result"][name]) == ("fault", found)
    assert fast.answers()[0]["result"]["rate_hz"] > 50
