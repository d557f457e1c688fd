import asyncio

from firmware.scale.outbox import Entry, Outbox

BOTH_INTERPRETERS = True


def entry(seq, heartbeat=False, pour=None):
    return Entry(1, seq, None, 87.3, 0, True, 0, None, None, None, pour, 0, 0, heartbeat)


def drained(outbox):
    seqs = []
    while len(outbox):
        seqs.append(outbox.take().seq)
    return seqs


def test_a_full_outbox_gives_up_the_oldest_heartbeat_first():
    outbox = Outbox(4)
    for seq in range(6):
        outbox.put(entry(seq, heartbeat=seq in (1, 3)))

    assert drained(outbox) == [0, 2, 4, 5]
    assert outbox.dropped == 2


def test_without_heartbeats_the_oldest_reading_goes():
    outbox = Outbox(3)
    for seq in range(5):
        outbox.put(entry(seq))

    assert drained(outbox) == [2, 3, 4]


def test_a_reading_with_a_pour_is_never_given_up():
    outbox = Outbox(3)
    for seq in range(10):
        outbox.put(entry(seq, pour=(1, 2.0, 3.0, 2.0)))
    outbox.put(entry(10))

    assert drained(outbox) == list(range(10))
    assert outbox.dropped == 1


def test_the_reading_on_its_way_is_not_given_up_under_the_link():
    async def story():
        outbox = Outbox(2)
        outbox.put(entry(0, heartbeat=True))
        first = await outbox.head()
        for seq in range(1, 5):
            outbox.put(entry(seq))

        assert (await outbox.head()) is first
        outbox.done()
        assert drained(outbox) == [4]

    asyncio.run(story())


def test_head_waits_for_the_first_entry():
    async def story():
        outbox = Outbox(2)
        waiting = asyncio.create_task(outbox.head())
        await asyncio.sleep(0.01)
        assert not waiting.done()

        outbox.put(entry(7))

        assert (await waiting).seq == 7

    asyncio.run(story())
