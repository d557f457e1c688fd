"""What a call costs: the median of several after one that is not counted, by the clock of the processor or the wall."""

import statistics
import time
from collections.abc import Callable


def median_ms(call: Callable[[], object], *, times: int = 9) -> float:
    """Processor time of this process for `call` in ms, warm: what others do on the machine meanwhile is left out."""
    call()
    return statistics.median(_ms(call, time.process_time) for _ in range(times))


def median_wall_ms(call: Callable[[], object], *, times: int = 9) -> float:
    """Wall time of `call` in ms, warm: for what waits for a disk."""
    call()
    return statistics.median(_ms(call, time.perf_counter) for _ in range(times))


def once_ms(call: Callable[[], object]) -> float:
    """The wall time of one call in ms."""
    return _ms(call, time.perf_counter)


def _ms(call: Callable[[], object], clock: Callable[[], float]) -> float:
    started = clock()
    call()
    return (clock() - started) * 1000.0
