"""Where the two interpreters are, and the environment in which tests start children."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
MICROPYTHON = Path(sys.executable).with_name("micropython")


def clean_environment() -> dict[str, str]:
    """Return our environment without what pytest adds to it."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
