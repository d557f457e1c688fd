import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.wire.topics import (
    INTAKE_FILTERS,
    CommandTopic,
    ReadingsTopic,
    ResponseTopic,
    StatusTopic,
    WrongTopic,
    parse_topic,
)

DEVICE_IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", fullmatch=True)


def test_a_topic_is_written_as_the_specification_writes_it() -> None:
    assert ReadingsTopic("SCALE-0042").text == "keg/readings/SCALE-0042"
    assert StatusTopic("SCALE-0042").text == "keg/status/SCALE-0042"
    assert CommandTopic("SCALE-0042").text == "keg/command/SCALE-0042"
    assert ResponseTopic("SCALE-0042").text == "keg/response/SCALE-0042"


def test_the_intake_subscribes_to_every_device() -> None:
    assert INTAKE_FILTERS == ("keg/readings/+", "keg/status/+", "keg/response/+")


@given(device_id=DEVICE_IDS)
def test_a_topic_reads_back_what_it_wrote(device_id: str) -> None:
    for topic in (ReadingsTopic(device_id), StatusTopic(device_id)):
        assert parse_topic(topic.text) == topic
    for kind in (CommandTopic, ResponseTopic):
        assert kind.parse(kind(device_id).text) == kind(device_id)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "keg",
        "keg/readings",
        "keg/readings/",
        "keg/readings//",
        "keg/readings/SCALE-1/x",
        "keg/readings/SCALE 1",
        "keg/readings/+",
        "keg/readings/#",
        "keg/readings/-SCALE",
        "keg/readings/SCALE\n",
        "keg/readings/\x00",
        "keg/readings/\uff15",
        "keg/readings/" + "A" * 64,
        "keg/status/",
        "keg/status/../SCALE-1",
        "/keg/readings/SCALE-1",
        "KEG/readings/SCALE-1",
        "keg/command/SCALE-1",
        "$SYS/broker/uptime",
    ],
)
def test_a_wrong_topic_is_refused_by_name(text: str) -> None:
    with pytest.raises(WrongTopic):
        parse_topic(text)


@given(text=st.text(max_size=200))
def test_any_text_is_a_topic_of_ours_or_refused(text: str) -> None:
    try:
        topic = parse_topic(text)
    except WrongTopic as error:
        lines = str(error).splitlines()
    else:
        lines = [topic.text]

    assert len(lines) == 1


def test_a_topic_cannot_be_made_of_a_bad_device_id() -> None:
    with pytest.raises(WrongTopic, match="no device id"):
        ReadingsTopic("SCALE/1")
