from firmware.scale import packets

BOTH_INTERPRETERS = True


def test_connect_is_the_example_of_the_standard():
    # MQTT 3.1.1, figure 3.6: user, password, will with QoS 1 and retain; here for a session that is kept.
    expected = b"\x10\x21\x00\x04MQTT\x04\xec\x00\x1e\x00\x01s\x00\x02wt\x00\x02wp\x00\x04user\x00\x04pass"

    assert packets.connect("s", 30, "user", "pass", ("wt", b"wp")) == expected


def test_connect_without_user_and_will_carries_neither():
    assert packets.connect("s", 30) == b"\x10\x0d\x00\x04MQTT\x04\x00\x00\x1e\x00\x01s"


def test_lengths_grow_to_four_bytes():
    for size, start in ((124, 2), (125, 3), (16380, 3), (16381, 4), (2097148, 4), (2097149, 5)):
        packet = packets.publish("t", b"x" * size)

        ((kind, flags, body),) = packets.Frames(4194304).feed(packet)

        assert len(packet) - len(body) == start
        assert (kind, flags, len(body)) == (packets.PUBLISH, 0, size + 3)


def test_a_duplicate_differs_in_its_flag_alone():
    packet = packets.publish("t", b"x", 7, retain=True)

    again = packets.again(packet)

    assert packet[0] == 0x33
    assert again[0] == 0x3B
    assert again[1:] == packet[1:]


def test_packets_come_out_whole_however_the_stream_is_cut():
    stream = packets.publish("t", b"one", 1) + packets.puback(2) + packets.PINGREQ + packets.publish("t", b"four")
    for size in (1, 2, 3, 7, len(stream)):
        frames = packets.Frames(100)
        whole = []
        for start in range(0, len(stream), size):
            whole += frames.feed(stream[start : start + size])

        assert [kind for kind, _, _ in whole] == [3, 4, 12, 3]
        assert packets.received(whole[0][1], whole[0][2]) == ("t", b"one", 1)
        assert packets.received(whole[3][1], whole[3][2]) == ("t", b"four", None)


def test_what_is_too_long_too_short_or_not_utf_8_is_an_mqtt_error():
    for attempt in (
        lambda: packets.Frames(100).feed(b"\x30\x65"),
        lambda: packets.Frames(100).feed(b"\x30\x80\x80\x80\x80\x01"),
        lambda: packets.received(0, b"\x00"),
        lambda: packets.received(0, b"\x00\x05ab"),
        lambda: packets.received(2, b"\x00\x01a\x00"),
        lambda: packets.received(4, b"\x00\x01a\x00\x01"),
        lambda: packets.received(0, b"\x00\x02\xff\xfe"),
    ):
        try:
            attempt()
        except packets.MqttError:
            pass
        else:
            raise AssertionError("accepted")
