"""The tests of rows share how each kind is made."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # the tests are no package; their shared parts are plain modules
