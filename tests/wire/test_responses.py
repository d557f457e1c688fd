import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.wire.messages import MessageRefused
from backend.wire.responses import MAX_COUNTS, ResponseMessage, Sample


def test_a_report_of_a_tare_is_read_whole() -> None:
    message = ResponseMessage.parse(
        b'{"id":"c","state":"done","ok":true,"result":'
        b'{"residual_lbs":-0.012,"raw":84099,"sd_counts":18.3,"stable":true}}'
    )

    report = message.tare_report()

    assert (report.residual_lbs, report.raw, report.sd_counts, report.stable) == (-0.012, 84099, 18.3, True)


def test_a_sample_gives_its_counts_and_its_time() -> None:
    message = ResponseMessage.parse(
        b'{"id":"c","state":"sample","ok":true,"result":{"raw":[1,-2,3],"t":1773868800,"stable":false}}'
    )

    assert message.sample() == Sample(raw=[1, -2, 3], t=1773868800, stable=False)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b'{"id":"c","state":"done"}',
        b'{"id":"c","state":"over","ok":true}',
        b'{"id":"c","state":"done","ok":1}',
        b'{"id":"c","state":"done","ok":false}',
        b'{"id":"c","state":"failed","ok":false}',
        b'{"id":"c","state":"failed","ok":true,"error":"busy"}',
        b'{"id":"c","state":"done","ok":true,"error":"busy"}',
        b'{"id":"c","state":"failed","ok":false,"error":"It did not work"}',
        b'{"id":"c/d","state":"done","ok":true}',
        b'{"id":"c","state":"done","ok":true,"device":"SCALE-2"}',
        b'{"id":"c","state":"done","ok":true,"result":{"a":{"b":1}}}',
        b'{"id":"c","state":"done","ok":true,"result":{"A b":1}}',
        b'{"id":"c","state":"done","ok":true,"result":{"a":1e999}}',
        b'{"id":"c","state":"done","ok":true,"result":{"a":100000000000000000000000000000000000000}}',
        b'{"id":"c","state":"done","ok":true,"result":{"a":[100000000000000000000000000000000000000]}}',
        b'{"id":"c","state":"done","ok":true,"result":[1]}',
        b'{"id":"c","state":"sample","ok":true}',
        b'{"id":"c","state":"sample","ok":true,"result":{"raw":[],"stable":true}}',
        b'{"id":"c","state":"sample","ok":true,"result":{"raw":[8388608],"stable":true}}',
        b'{"id":"c","state":"sample","ok":true,"result":{"raw":[1.5],"stable":true}}',
        b'{"id":"c","state":"sample","ok":true,"result":{"raw":['
        + b",".join([b"1"] * (MAX_COUNTS + 1))
        + b'],"stable":true}}',
    ],
)
def test_an_answer_that_is_none_is_refused_in_one_line(payload: bytes) -> None:
    with pytest.raises(MessageRefused) as refused:
        ResponseMessage.parse(payload)

    assert "\n" not in str(refused.value)


@given(
    said=st.dictionaries(
        st.sampled_from(["id", "state", "ok", "error", "result"]),
        st.one_of(
            st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
            st.sampled_from(["done", "failed", "sample", "accepted", "busy"]),
            st.dictionaries(st.text(max_size=4), st.integers() | st.lists(st.integers(), max_size=3), max_size=3),
        ),
    )
)  # fmt: skip
def test_whatever_json_arrives_is_an_answer_or_refused(said: dict[str, object]) -> None:
    try:
        message = ResponseMessage.parse(json.dumps(said).encode())
    except MessageRefused:
        return

    assert message.ok == (message.state != "failed")
