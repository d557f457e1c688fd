"""What must hold of the outbox, whatever comes and goes."""

from hypothesis import given
from hypothesis import strategies as st

from firmware.scale.outbox import Entry, Outbox

# What happens next: a plain reading, a heartbeat, a reading with a pour, or the broker taking the oldest.
ACTS = st.lists(st.sampled_from(["reading", "heartbeat", "pour", "take"]), max_size=80)


def entry(seq: int, kind: str) -> Entry:
    pour = (1, 1.0, 2.0, 1.0) if kind == "pour" else None
    return Entry(1, seq, None, 87.3, 0, True, 0, None, None, None, pour, 0, 0, kind == "heartbeat")


@given(st.integers(1, 8), ACTS)
def test_order_is_kept_pours_are_kept_and_every_loss_is_counted(size, acts):
    outbox, put, left = Outbox(size), [], []

    for seq, act in enumerate(acts):
        if act == "take":
            taken = outbox.take()
            left += [taken] if taken else []
        else:
            put.append(entry(seq, act))
            outbox.put(put[-1])
            assert len(outbox) <= max(size, sum(one.pour is not None for one in put))
    while len(outbox):
        left.append(outbox.take())

    assert [one.seq for one in left] == sorted(one.seq for one in left)
    assert [one for one in put if one.pour] == [one for one in left if one.pour]
    assert len(put) == len(left) + outbox.dropped
