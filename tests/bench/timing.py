"""How long a call takes: the median of several, after one that is not counted."""

import statistics
import time
from collections.abc import Callable


def median_ms(call: Callable[[], object], *, times: int = 9) -> float:
    """The median wall time of `call` in milliseconds, warm: a first call is made and not counted."""
    call()
    return statistics.median(once_ms(call) for _ in range(times))


def once_ms(call: Callable[[], object]) -> float:
    """The wall time of one call in milliseconds."""
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000.0


def cpu_us_each(call: Callable[[], object], *, count: int) -> float:
    """CPU time of this process for one of the `count` things that `call` does, in microseconds."""
    started = time.process_time()
    call()
    return (time.process_time() - started) / count * 1e6
