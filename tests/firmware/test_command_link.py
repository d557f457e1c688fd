"""Commands over the link: acknowledged once remembered, answered with QoS 1, samples with QoS 0."""

import asyncio
import json

from scale_bench.commanded import COMMANDS, Bar, tell
from scale_bench.fake_board import CONVERSION_MS, EPOCH

from firmware.scale.files import Memory
from firmware.scale.trial import Trial
from firmware.scale.works import Restart

BOTH_INTERPRETERS = True


class SlowFlash(Memory):
    """Notes what the broker had been acknowledged when the scale remembered a command."""

    broker = None
    acknowledged = None

    def write(self, name, text):
        if name.startswith("answer") and self.acknowledged is None:
            self.acknowledged = [kind for kind, _, _ in self.broker.heard if kind == 4]
        Memory.write(self, name, text)


def pubacks(bar):
    return [body for kind, _, body in bar.broker.heard if kind == 4]


def test_a_scale_listens_for_its_own_commands_on_every_connection():
    async def story(bar):
        await bar.until(lambda: any(kind == 8 for kind, _, _ in bar.broker.heard))
        subscriptions = [body for kind, _, body in bar.broker.heard if kind == 8]

        assert COMMANDS.encode() in subscriptions[0]
        assert subscriptions[0][-1] == 1  # QoS 1

    tell(story)


def test_a_command_is_acknowledged_only_once_it_is_remembered_and_its_answer_has_qos_1():
    files = SlowFlash()

    async def story(bar):
        files.broker = bar.broker
        await bar.send("identify", seconds=1)
        await bar.until(lambda: "accepted" in bar.states())
        await bar.until(lambda: pubacks(bar) == [b"\x00\x07"])
        await bar.until(lambda: "done" in bar.states())

        assert files.acknowledged == []
        assert bar.heard() == [
            (1, {"id": "c1", "state": "accepted", "ok": True}),
            (1, {"id": "c1", "state": "done", "ok": True}),
        ]

    tell(story, bar=Bar(files))


def test_a_command_that_comes_again_while_it_is_under_way_is_not_begun_again():
    async def story(bar):
        for _ in range(3):
            await bar.send("identify", seconds=2)
            await asyncio.sleep(0.1)
        await bar.until(lambda: bar.states().count("accepted") == 3)
        await bar.until(lambda: "done" in bar.states())
        await bar.send("identify", seconds=2)
        await bar.until(lambda: bar.states().count("done") == 2)

        assert bar.states() == ["accepted"] * 3 + ["done"] * 2
        lit = [on for place, on in enumerate(bar.board.lit) if place == 0 or on != bar.board.lit[place - 1]]
        assert lit == [True, False] * 4

    tell(story)


def test_samples_go_out_with_qos_0_at_most_twice_a_second_between_accepted_and_done():
    async def story(bar):
        await bar.send("stream", seconds=2)
        await bar.until(lambda: "accepted" in bar.states())
        place = 0
        while "done" not in bar.states() and place < 400:
            place += 1
            bar.raw(900000 + place)
            await asyncio.sleep(0.02)

        heard = bar.heard()
        samples = [answer["result"] for qos, answer in heard if answer["state"] == "sample" and qos == 0]
        assert [answer["state"] for _, answer in heard] == ["accepted"] + ["sample"] * len(samples) + ["done"]
        assert 2 <= len(samples) <= 4
        counts = [count for sample in samples for count in sample["raw"]]
        assert counts == sorted(counts)
        assert all(len(sample["raw"]) <= 32 for sample in samples)

    tell(story)


def test_an_answer_waits_for_the_next_connection_and_samples_do_not():
    async def story(bar):
        await bar.send("stream", seconds=1)
        await bar.until(lambda: "accepted" in bar.states())
        bar.board.network.up = False
        await bar.until(lambda: not bar.app.link.connected)
        for place in range(20):
            bar.raw(900000 + place)
            await asyncio.sleep(0.06)
        bar.board.network.up = True
        await bar.until(lambda: "done" in bar.states())

        assert bar.states() == ["accepted", "done"]

    tell(story)


def test_a_reboot_tells_all_that_waits_first_and_is_done_after_the_birth_of_the_next_start():
    files = Memory()

    async def before(bar):
        bar.feed(87.3, 0.4)
        await bar.send("reboot")
        await bar.until(lambda: bar.board.reboots == 1)
        assert bar.states() == ["accepted"]
        assert any("readings" in topic for _, topic, _, _ in bar.broker.published())
        await bar.send("reboot")
        await asyncio.sleep(0.2)
        assert bar.board.reboots == 1

    async def after(bar):
        bar.board.reset_cause = lambda: "soft"
        await bar.until(lambda: "done" in bar.states())
        topics = [topic.split("/")[1] for _, topic, _, _ in bar.broker.published()]
        assert topics == ["status", "response"]
        assert bar.heard()[0][1]["result"]["boot"] == bar.app.boot

        await bar.send("reboot")
        await bar.until(lambda: len(bar.states()) == 2)
        assert bar.states() == ["done", "done"]
        assert bar.board.reboots == 0

    tell(before, bar=Bar(files))
    tell(after, bar=Bar(files))


def test_a_reboot_without_a_broker_to_tell_happens_all_the_same():
    was, Restart.tells_ms = Restart.tells_ms, 300

    async def story(bar):
        bar.tell("reboot")
        await bar.until(lambda: bar.board.reboots == 1)

    try:
        tell(story, late=True)
    finally:
        Restart.tells_ms = was


def on_trial(story, stands_ms=300, trial_ms=2500, files=None):
    """Run a story in which a trial takes seconds instead of minutes."""
    was = Trial.stands_ms, Trial.lasts_ms
    Trial.stands_ms, Trial.lasts_ms = stands_ms, trial_ms
    bar = Bar(files)
    try:
        tell(story, bar=bar)
    finally:
        Trial.stands_ms, Trial.lasts_ms = was
    return bar


def keepalives(bar):
    return [body[8] << 8 | body[9] for kind, _, body in bar.broker.heard if kind == 1]


def test_new_settings_of_the_connection_are_kept_once_the_broker_was_reached_with_them():
    files = Memory()

    async def story(bar):
        await bar.send("set_config", keepalive_s=20)
        await bar.until(lambda: "done" in bar.states())

        assert bar.states() == ["accepted", "done"]
        assert keepalives(bar) == [30, 20]

    on_trial(story, files=files)

    assert json.loads(files.read("settings.json"))["before"] is None
    assert Bar(files).app.config.keepalive_s == 20


def test_settings_that_lose_the_broker_are_taken_back_and_told():
    files = Memory()

    async def story(bar):
        await bar.send("set_config", keepalive_s=20, heartbeat_s=15, zero=7, factor=9000, rev=4)
        await bar.until(lambda: "accepted" in bar.states())
        bar.broker.code = 3  # it turns everybody away from now on
        await bar.until(lambda: bar.app.config.keepalive_s == 30)
        bar.broker.code = 0
        await bar.until(lambda: "failed" in bar.states())

        failed = bar.heard()[-1][1]
        assert failed["error"] == "rolled_back"
        assert (bar.app.config.heartbeat_s, bar.app.config.cal, bar.app.config.zero) == (30, 3, 84213)

    on_trial(story, files=files)

    assert Bar(files).app.config.cal == 3


def test_a_restart_in_the_middle_of_a_trial_takes_the_settings_back_and_tells():
    files = Memory()

    async def story(bar):
        await bar.send("set_config", keepalive_s=20)
        await bar.until(lambda: "accepted" in bar.states())

    on_trial(story, files=files)
    bar = Bar(files)

    assert bar.app.config.keepalive_s == 30
    assert [(answer["id"], answer["error"]) for answer in bar.answers()] == [("c1", "rolled_back")]
    assert Bar(files).app.config.keepalive_s == 30


def test_during_a_trial_neither_settings_nor_a_restart_are_taken():
    async def story(bar):
        bar.tell("set_config", keepalive_s=20)
        bar.tell("set_config", "c2", heartbeat_s=15)
        bar.tell("reboot", "c3")
        await bar.until(lambda: len(bar.states()) >= 3)

        said = {answer["id"]: answer.get("error") for _, answer in bar.heard()}
        assert said == {"c1": None, "c2": "busy", "c3": "busy"}
        assert bar.board.reboots == 0

    on_trial(story)


def test_an_expired_command_of_the_backlog_is_answered_and_not_done():
    async def story(bar):
        await bar.send("identify", expires=EPOCH - 60)
        await bar.until(lambda: "failed" in bar.states())

        assert bar.heard()[0][1]["error"] == "expired"
        assert bar.board.lit == []

    tell(story)


def test_commands_do_not_hold_up_the_measuring():
    async def story(bar):
        for number in range(40):
            await bar.send("get_config", "c%d" % number)
        for place in range(50):
            bar.board.ticks += CONVERSION_MS
            bar.board.chip.codes.append(829350 + place % 5)
            bar.app.step()
            await asyncio.sleep(0.01)
        await bar.until(lambda: len(bar.states()) >= 16)

        assert bar.app.stable
        assert bar.app.fault is None

    tell(story)
