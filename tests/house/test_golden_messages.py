import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.wire import messages
from backend.wire.commands import CommandMessage
from backend.wire.messages import ReadingMessage, StatusMessage, digest_of
from backend.wire.responses import ResponseMessage

EXAMPLES = Path(messages.__file__).with_name("examples")
NAMES = sorted(path.name for path in EXAMPLES.glob("*.json"))


def test_there_is_an_example_of_each_kind_of_message() -> None:
    assert {name.partition("_")[0] for name in NAMES} == {"reading", "status", "command", "response"}


@pytest.mark.parametrize("name", NAMES)
def test_the_backend_reads_every_golden_message(name: str) -> None:
    payload = (EXAMPLES / name).read_bytes()
    now = datetime(2026, 3, 18, 21, 20, tzinfo=UTC)

    if name.startswith("reading_"):
        message = ReadingMessage.parse(payload)
        assert message.reading(device_id="SCALE-1", digest=digest_of(payload), received_at=now)
    elif name.startswith("command_"):
        assert CommandMessage.parse(payload).payload == payload
    elif name.startswith("response_"):
        assert ResponseMessage.parse(payload).id
    else:
        assert StatusMessage.parse(payload).report(device_id="SCALE-1", received_at=now)


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_message_carries_no_more_than_its_message(name: str) -> None:
    payload = (EXAMPLES / name).read_bytes()

    assert payload == payload.strip()
    assert b" " not in re.sub(rb'"why":"[^"]*"', b"", payload)  # a sentence may have its spaces
    assert len(payload) <= 512
