import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

sys.path.insert(0, str(Path(__file__).parent))  # the tests are no package; their shared parts are plain modules


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    """Log without colours: drawing a traceback takes a second, and some of these tests provoke several."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(),
        ]
    )
    yield
    structlog.reset_defaults()
