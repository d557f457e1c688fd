"""The golden messages: one for each situation in which a scale speaks, made by the firmware's own formatter.

`python tests/firmware/scale_bench/golden.py` writes them to backend/wire/examples after a wanted change.
"""

ROOT = __file__.rsplit("/", 4)[0] if __file__.count("/") > 3 else "."
FOLDER = ROOT + "/backend/wire/examples/"

if __name__ == "__main__":
    import sys

    sys.path.insert(0, ROOT)

from firmware.scale import messages, responses  # noqa: E402 - run as a script it is found through the lines above

BOOT = 1594530817
SESSION = 2893012
T = 1773868800
ZERO = 84213  # counts
FACTOR = 9500  # counts per lb


def reading(seq, weight_lbs, **more):
    """Return a reading as the firmware sends it at its plainest, with more on top."""
    fields = {"v": 1, "boot": BOOT, "seq": seq, "t": T, "stable": True, "cal": 3}
    fields["raw"] = int(ZERO + weight_lbs * FACTOR + 0.5)
    fields.update(more)
    return messages.reading(weight_lbs, **fields)


ID = "cmd-20260318T204000-7f3a"


class Settings:
    """The settings of a scale as get_config tells them."""

    zero = ZERO
    factor = FACTOR
    cal = 4
    heartbeat_s = 30
    deadband_lbs = 0.05
    floor_ms = 250
    keepalive_s = 30
    response_s = 8
    backoff_s = 60
    replay_after_s = 60
    outbox = 256


GOLDEN = {
    "reading_settled": reading(42, 87.3),
    "reading_pouring": reading(43, 87.012, stable=False),
    "reading_with_pour": reading(44, 87.3, pour=(T - 10, 8.5, 88.401, 87.3)),
    "reading_full_telemetry": reading(45, 87.3, temp_f=38.1, battery=(3.94, 78), rssi=-61),
    "reading_everything": reading(
        46, 87.3, temp_f=38.1, battery=(3.94, 78), rssi=-61, replay=True, pour=(T - 10, 8.5, 88.401, 87.3)
    ),
    "reading_minimal": messages.reading(87.3),
    "reading_clock_not_set": reading(1, 87.3, t=None),
    "reading_replayed": reading(47, 86.1, t=T - 7200, replay=True),
    "reading_uncalibrated": reading(1, 12.5, cal=0),
    "reading_keg_lifted": reading(48, -3.25, stable=False),
    "reading_freezing": reading(49, 87.3, temp_f=-4.0),
    "reading_first_of_a_boot": reading(1, 160.5, boot=4294967295),
    "status_birth": messages.status(
        online=True, session=SESSION, t=T, fw="0.1.0", pours=True, reset="power_on", rssi=-61
    ),
    "status_birth_clock_not_set": messages.status(
        online=True, session=SESSION, fw="0.1.0", pours=True, reset="watchdog", rssi=-61
    ),
    "status_birth_without_pours": messages.status(
        online=True, session=SESSION, t=T, fw="0.1.0", pours=False, reset="soft"
    ),
    "status_last_will": messages.status(
        online=False, session=SESSION, fw="0.1.0", pours=True, reset="power_on", rssi=-61
    ),
    "response_accepted": responses.accepted(ID),
    "response_done": responses.done(ID),
    "response_tare": responses.done(ID, responses.tare(0.0234, 84435, 19.72, stable=True)),
    "response_tare_unstable": responses.failed(
        ID, "unstable", result=responses.tare(1.8062, 101372, 4021.3, stable=False)
    ),
    "response_config": responses.done(ID, responses.settings(Settings, "0.1.0")),
    "response_set_config": responses.done(ID, responses.calibration(Settings)),
    "response_selftest": responses.done(ID, responses.selftest("ok", 18.84, 10.0, -61, 98304, flash=True)),
    "response_selftest_fault": responses.failed(
        ID, "fault", result=responses.selftest("unplugged", None, 0.0, -61, None, flash=True)
    ),
    "response_reboot": responses.done(ID, responses.started(4294967295, "soft")),
    "response_sample": responses.sample(ID, [913563, 913571, -8388608, 8388607, 913560], T, stable=True),
    "response_sample_clock_not_set": responses.sample(ID, [913563], None, stable=False),
    "response_expired": responses.failed(ID, "expired", "it was meant until 1773868740 and now is 1773868800"),
    "response_unsupported": responses.failed(ID, "unsupported", "this program knows no command 'dance'"),
    "response_bad_params": responses.failed(ID, "bad_params", "heartbeat_s is 301: give a value from 1 to 300"),
    "response_stale_rev": responses.failed(ID, "stale_rev", "revision 4 is in force: give a greater one"),
}


def main():
    """Write every golden message to its file, without a newline at its end."""
    for name, payload in GOLDEN.items():
        with open(FOLDER + name + ".json", "wb") as file:
            file.write(payload)
        print(name)


if __name__ == "__main__":
    main()
