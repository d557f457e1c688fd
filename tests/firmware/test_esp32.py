"""What can be said about the device's own files on a machine that is no device."""

import asyncio
import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from scale_bench.interpreters import MICROPYTHON, ROOT, clean_environment

DEVICE_FILES = sorted([*ROOT.glob("firmware/*.py"), *ROOT.glob("firmware/scale/*.py")])


class Station:
    """A station interface that is joined or not."""

    joined = False

    def isconnected(self) -> bool:
        return self.joined

    def status(self, what: str) -> int:
        assert what == "rssi"
        return -61


class Watchdog:
    """A watchdog that counts its meals."""

    def __init__(self, timeout: int) -> None:
        self.timeout = timeout
        self.meals = 0

    def feed(self) -> None:
        self.meals += 1


class FakePin:
    OUT, IN, PULL_UP = 1, 2, 3

    def __init__(self, number: int, mode: int | None = None, pull: int | None = None, value: int | None = None) -> None:
        self.asked = (number, mode, pull, value)
        self.levels: list[int] = []

    def value(self, level: int | None = None) -> int:
        if level is not None:
            self.levels.append(level)
        return 1


class FakeAdc:
    """The middle of a divider under a cell."""

    microvolts = 1_990_000

    def __init__(self, pin: FakePin) -> None:
        self.pin = pin

    def read_uv(self) -> int:
        return self.microvolts


class FakeProbes:
    """A wire with DS18B20 probes on it."""

    celsius: float | None = 3.5
    wired = True

    def __init__(self, wire: FakePin) -> None:
        self.wire = wire

    def scan(self) -> list[bytes]:
        return [b"probe"] if self.wired else []

    def convert_temp(self) -> None:
        pass

    def read_temp(self, probe: bytes) -> float:
        assert probe == b"probe"
        if self.celsius is None:
            raise Exception("CRC error")  # noqa: TRY002 - as its driver does
        return self.celsius


@pytest.fixture
def esp32(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module of the ESP32 board, on stand-ins for the modules of its interpreter."""
    machine = ModuleType("machine")
    resets: list[str] = []
    machine.__dict__["resets"] = resets
    machine.__dict__.update(
        Pin=FakePin, PWRON_RESET=1, HARD_RESET=2, WDT_RESET=3, DEEPSLEEP_RESET=4, SOFT_RESET=5,
        WDT=Watchdog, ADC=FakeAdc,
        reset=lambda: resets.append("reset"),
        reset_cause=lambda: 3, disable_irq=lambda: 7, enable_irq=lambda state: None,
    )  # fmt: skip
    network = ModuleType("network")
    network.__dict__.update(STA_IF=0, WLAN=lambda interface: Station())
    for name, module in (
        ("machine", machine), ("network", network), ("ntptime", SimpleNamespace()),
        ("onewire", SimpleNamespace(OneWire=lambda pin: pin)), ("ds18x20", SimpleNamespace(DS18X20=FakeProbes)),
    ):  # fmt: skip
        monkeypatch.setitem(sys.modules, name, module)
    yield importlib.import_module("firmware.scale.board_esp32")
    sys.modules.pop("firmware.scale.board_esp32")


SETTINGS = {
    "device_id": "SCALE-0042",
    "wifi": {"ssid": "bar", "key": "secret"},
    "broker": {"host": "10.0.0.2", "user": "SCALE-0042", "password": "secret"},
    "pins": {"sck": 4, "dout": 5},
}


@pytest.mark.parametrize("path", DEVICE_FILES, ids=lambda path: path.name)
def test_every_device_file_compiles_on_micropython(path):
    command = [str(MICROPYTHON), "-X", "compile-only", str(path)]

    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=20, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_the_board_takes_its_pins_and_its_broker_from_the_settings(esp32):
    board = esp32.Esp32(SETTINGS)

    assert board.sck.asked == (4, FakePin.OUT, None, 0)
    assert board.dout.asked == (5, FakePin.IN, FakePin.PULL_UP, None)
    assert (board.network.host, board.network.port, board.network.ssl) == ("10.0.0.2", 1883, None)
    assert board.device_id == "SCALE-0042"
    assert board._light.asked == (2, FakePin.OUT, None, 0)


def test_the_example_of_a_config_starts_a_scale(esp32):
    from firmware.scale.config import Config

    settings = json.loads((ROOT / "firmware/config.example.json").read_text())

    board = esp32.Esp32(settings)
    config = Config(**settings["scale"])

    assert board.network.user == board.device_id
    assert config.lbs(84213 + 9500) == 1.0


def test_a_clock_that_nobody_has_set_tells_no_time(esp32):
    board = esp32.Esp32(SETTINGS)

    assert board.epoch() is None
    board._clock_set = True
    assert board.epoch() > 1750000000


def test_signal_reset_cause_and_dice_answer_as_the_contract_says(esp32):
    board = esp32.Esp32(SETTINGS)

    assert board.rssi() is None
    board.network.station.joined = True
    assert board.rssi() == -61
    assert board.reset_cause() == "watchdog"
    assert 0 <= board.random32() < 2**32
    board.irq_on(board.irq_off())
    board.alive()
    assert board._watchdog.meals == 1


def test_light_and_restart_do_what_the_contract_says(esp32):
    board = esp32.Esp32(SETTINGS)

    board.light(True)
    board.light(False)
    board.reboot()

    assert board._light.levels == [1, 0]
    assert sys.modules["machine"].resets == ["reset"]
    assert board.wall_epoch() is None
    assert board.files.read("no-such-file-on-this-machine") is None


def test_battery_and_temperature_are_told_where_the_settings_name_their_pins(esp32, monkeypatch):
    bare = esp32.Esp32(SETTINGS)
    board = esp32.Esp32({**SETTINGS, "pins": {**SETTINGS["pins"], "battery": 35, "probe": 21}})
    slept = []

    async def passing(milliseconds):
        slept.append(milliseconds)
        if milliseconds > 10000:
            raise KeyboardInterrupt

    monkeypatch.setattr(esp32, "sleep_ms", passing)
    told = []
    for celsius in (3.5, None, 85.0):
        monkeypatch.setattr(FakeProbes, "celsius", celsius)
        with pytest.raises(KeyboardInterrupt):
            asyncio.run(board.keep_temperature())
        told.append(board.temp_f())
    asyncio.run(bare.keep_temperature())

    assert board.battery() == (pytest.approx(3.98), 80)
    assert told == [pytest.approx(38.3), None, None]
    assert slept[:2] == [750, 30000]
    assert (bare.battery(), bare.temp_f()) == (None, None)


def test_a_wire_without_a_probe_tells_no_temperature(esp32, monkeypatch):
    monkeypatch.setattr(FakeProbes, "wired", False)
    board = esp32.Esp32({**SETTINGS, "pins": {"probe": 21}})

    assert asyncio.run(board._ask(FakeProbes(FakePin(21)))) is None


def test_the_app_starts_on_it_and_leaves_the_clock_pin_low(esp32):
    from firmware.scale.app import App
    from firmware.scale.config import Config

    board = esp32.Esp32(SETTINGS)

    app = App(board, Config(), pours=False)
    app.step()

    assert board.sck.levels == [0]
    assert app.fault is None
