"""The golden messages: one for each situation in which a scale speaks, made by the firmware's own formatter.

`python tests/firmware/scale_bench/golden.py` writes them to backend/wire/examples after a wanted change.
"""

ROOT = __file__.rsplit("/", 4)[0] if __file__.count("/") > 3 else "."
FOLDER = ROOT + "/backend/wire/examples/"

if __name__ == "__main__":
    import sys

    sys.path.insert(0, ROOT)

from firmware.scale import messages  # noqa: E402 - run as a script it is found through the lines above

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
}


def main():
    """Write every golden message to its file, without a newline at its end."""
    for name, payload in GOLDEN.items():
        with open(FOLDER + name + ".json", "wb") as file:
            file.write(payload)
        print(name)


if __name__ == "__main__":
    main()
