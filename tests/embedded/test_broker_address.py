import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.embedded.broker_address import BrokerAddress, BrokerAddressRefused


def test_an_address_with_everything_is_read() -> None:
    address = BrokerAddress.parse("mqtts://bar:s%40fe@broker.example:8884")

    assert (address.host, address.port, address.username, address.password) == ("broker.example", 8884, "bar", "s@fe")
    assert address.tls


def test_the_port_may_be_left_out() -> None:
    assert BrokerAddress.parse("mqtt://10.0.0.2").port == 1883
    assert BrokerAddress.parse("mqtts://10.0.0.2/").port == 8883
    assert BrokerAddress.parse("mqtt://[::1]").host == "::1"


def test_the_password_is_never_shown() -> None:
    address = BrokerAddress.parse("mqtt://bar:secret@10.0.0.2")

    assert "secret" not in str(address)
    assert "secret" not in repr(address)
    assert str(address) == "mqtt://bar@10.0.0.2:1883"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10.0.0.2",
        "10.0.0.2:1883",
        "http://10.0.0.2",
        "mqtt://",
        "mqtt://:1883",
        "mqtt://10.0.0.2:0",
        "mqtt://10.0.0.2:65536",
        "mqtt://10.0.0.2:x",
        "mqtt://10.0.0.2/topic",
        "mqtt://10.0.0.2?x=1",
        "mqtt://:secret@10.0.0.2",
        "mqtt://a b",
        "mqtt://[::1",
    ],
)
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BrokerAddressRefused, match="write it like mqtt://") as refused:
        BrokerAddress.parse(text)

    assert "secret" not in str(refused.value)


@given(text=st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = BrokerAddress.parse("mqtt://" + text)
    except BrokerAddressRefused:
        return

    assert 1 <= address.port <= 65535
