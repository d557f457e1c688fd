import json
import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.reading import PourClaim
from backend.wire.messages import MAX_PAYLOAD_BYTES, MessageRefused, ReadingMessage, StatusMessage, digest_of

NOW = datetime(2026, 3, 18, 20, 40, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
FULL = {
    "v": 1,
    "boot": 1594530817,
    "seq": 42,
    "t": SECONDS,
    "weight_lbs": 87.3,
    "raw": 8412336,
    "stable": True,
    "cal": 3,
    "temp_f": 38.1,
    "battery_v": 3.94,
    "battery_pct": 78,
    "rssi": -61,
    "replay": True,
    "pour": {"start": SECONDS - 10, "seconds": 8.5, "before_lbs": 88.401, "after_lbs": 87.3},
}


def test_the_least_reading_is_a_weight() -> None:
    message = ReadingMessage.parse(b'{"weight_lbs":87.3}')

    assert message.weight_lbs == 87.3
    assert message.boot is None


def test_a_full_reading_reaches_the_domain_whole() -> None:
    payload = json.dumps(FULL).encode()

    reading = ReadingMessage.parse(payload).reading(device_id="SCALE-1", digest=digest_of(payload), received_at=NOW)

    assert reading.device_id == "SCALE-1"
    assert (reading.boot, reading.seq, reading.sent_t) == (1594530817, 42, SECONDS)
    assert reading.measured_at == NOW
    assert reading.replay
    assert reading.pour == PourClaim(start=SECONDS - 10, seconds=8.5, before_lbs=88.401, after_lbs=87.3)
    assert (reading.temp_f, reading.battery_v, reading.battery_pct, reading.rssi) == (38.1, 3.94, 78.0, -61)


@pytest.mark.parametrize("years", [-50, 50])
def test_a_clock_fifty_years_off_gives_a_reading_of_the_time_of_receipt(years: int) -> None:
    payload = json.dumps({"weight_lbs": 80, "t": SECONDS + years * 31_557_600}).encode()

    reading = ReadingMessage.parse(payload).reading(device_id="SCALE-1", digest="0", received_at=NOW)

    assert reading.measured_at == NOW
    assert reading.sent_t == SECONDS + years * 31_557_600


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "Invalid JSON"),
        (b"null", "object"),
        (b"[]", "object"),
        (b"87.3", "object"),
        (b"{}", "weight_lbs: Field required"),
        (b'{"weight_lbs":NaN}', "weight_lbs: Input should be a finite number"),
        (b'{"weight_lbs":Infinity}', "finite"),
        (b'{"weight_lbs":-Infinity}', "finite"),
        (b'{"weight_lbs":1e999}', "finite"),
        (b'{"weight_lbs":1e308}', "less than or equal to 1000"),
        (b'{"weight_lbs":-101}', "greater than or equal to -100"),
        (b'{"weight_lbs":"87.3"}', "valid number"),
        (b'{"weight_lbs":true}', "valid number"),
        (b'{"weight_lbs":null}', "valid number"),
        (b'{"weight_lbs":80,"t":"1773868800"}', "t: Input should be a valid integer"),
        (b'{"weight_lbs":80,"t":1773868800.5}', "t: Input should be a valid integer"),
        (b'{"weight_lbs":80,"t":9223372036854775808}', "t: "),
        (b'{"weight_lbs":80,"t":-1}', "t: "),
        (b'{"weight_lbs":80,"stable":1}', "stable: Input should be a valid boolean"),
        (b'{"weight_lbs":80,"v":2}', "v: Input should be 1"),
        (b'{"weight_lbs":80,"device_id":"SCALE-2"}', "device_id: Extra inputs are not permitted"),
        (b'{"weight_lbs":80,"boot":1}', "both or neither"),
        (b'{"weight_lbs":80,"battery_pct":101}', "battery_pct: "),
        (b'{"weight_lbs":80,"pour":{"start":1,"seconds":1,"before_lbs":80,"after_lbs":81}}', "lowers the weight"),
        (b'{"weight_lbs":80,"pour":{"start":1,"seconds":-1,"before_lbs":80,"after_lbs":79}}', "pour.seconds: "),
        (b'{"weight_lbs":80} {"weight_lbs":80}', "Invalid JSON: trailing"),
        (b'{"weight_lbs":80,"\xff":1}', "Invalid JSON"),
        (b"\xef\xbb\xbf" + b'{"weight_lbs":80}', "Invalid JSON"),
        (b"[" * 8000, "recursion limit"),
        (b'{"pour":' * 1000, "recursion limit"),
        (b'{"weight_lbs":' + b"9" * 8000 + b"}", "Invalid JSON"),
        (b" " * (MAX_PAYLOAD_BYTES + 1), "8193 bytes"),
        (b"x" * 1_000_000, "1000000 bytes"),
    ],
)
def test_bad_input_is_refused_in_one_line_that_says_why(payload: bytes, reason: str) -> None:
    with pytest.raises(MessageRefused) as refused:
        ReadingMessage.parse(payload)

    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) <= 240


def test_a_payload_of_exactly_eight_kilobytes_is_read() -> None:
    payload = b'{"weight_lbs":80' + b" " * (MAX_PAYLOAD_BYTES - 17) + b"}"

    assert ReadingMessage.parse(payload).weight_lbs == 80


def test_where_a_key_stands_twice_the_last_one_counts() -> None:
    assert ReadingMessage.parse(b'{"weight_lbs":1,"weight_lbs":2}').weight_lbs == 2


def test_a_field_name_from_outside_cannot_break_the_line() -> None:
    with pytest.raises(MessageRefused) as refused:
        ReadingMessage.parse(json.dumps({"weight_lbs": 1, "a\nb\x1b[2J" * 20: 1}).encode())

    assert str(refused.value).isprintable()


def test_a_birth_message_and_a_last_will_have_the_same_shape() -> None:
    birth = StatusMessage.parse(
        b'{"online":true,"session":2893012,"t":1773868800,"fw":"0.1.0","pours":true,"reset":"power_on","rssi":-61}'
    ).report(device_id="SCALE-1", received_at=NOW)
    will = StatusMessage.parse(
        b'{"online":false,"session":2893012,"fw":"0.1.0","pours":true,"reset":"power_on","rssi":-61}'
    ).report(device_id="SCALE-1", received_at=NOW)

    assert (birth.online, birth.sent_t) == (True, 1773868800)
    assert (will.online, will.sent_t) == (False, None)
    assert birth.session == will.session


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b'{"online":true}',
        b'{"online":1,"session":1}',
        b'{"online":true,"session":4294967296}',
        b'{"online":true,"session":1,"fw":""}',
        b'{"online":true,"session":1,"fw":"a b"}',
        b'{"online":true,"session":1,"fw":"' + b"1" * 33 + b'"}',
        b'{"online":true,"session":1,"weight_lbs":80}',
    ],
)
def test_a_bad_status_is_refused(payload: bytes) -> None:
    with pytest.raises(MessageRefused):
        StatusMessage.parse(payload)


ODD_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from([[], {}, [1.0], {"start": 1}, [[[]]]]),
)
FIELDS = sorted(ReadingMessage.model_fields)


@given(values=st.dictionaries(st.sampled_from([*FIELDS, "device_id", "weight"]), ODD_VALUES, max_size=8))
def test_whatever_json_arrives_is_a_bounded_reading_or_refused(values: dict[str, object]) -> None:
    _bounded_or_refused(json.dumps(values).encode())


@given(payload=st.binary(max_size=300))
def test_whatever_bytes_arrive_are_a_bounded_reading_or_refused(payload: bytes) -> None:
    _bounded_or_refused(payload)


@given(
    weight=st.floats(min_value=-100, max_value=1000),
    t=st.none() | st.integers(min_value=0, max_value=253_402_300_799),
    speed=st.sampled_from([1.0, 60.0]),
)
def test_the_time_used_is_near_receipt_whatever_the_scale_says(weight: float, t: int | None, speed: float) -> None:
    payload = json.dumps({"weight_lbs": weight, "t": t}).encode()

    reading = ReadingMessage.parse(payload).reading(
        device_id="SCALE-1", digest="0", received_at=NOW, tolerance_scale=speed
    )

    assert reading.weight_lbs == weight
    assert -timedelta(days=30) * speed <= reading.measured_at - NOW <= timedelta(seconds=120) * speed


def _bounded_or_refused(payload: bytes) -> None:
    for model in (ReadingMessage, StatusMessage):
        try:
            message = model.parse(payload)
        except MessageRefused as refused:
            reason = str(refused)
        else:
            reason = "none"
            if isinstance(message, ReadingMessage):
                reading = message.reading(device_id="SCALE-1", digest=digest_of(payload), received_at=NOW)
                assert math.isfinite(reading.weight_lbs)
                assert -100 <= reading.weight_lbs <= 1000
        assert reason
        assert "\n" not in reason
