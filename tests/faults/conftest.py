"""The shared parts of the fault tests lie beside them; the soak shares the demo's process and the benches' report."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
# The tests are no package; their shared parts are plain modules.
for place in (HERE.parent / "bench", HERE.parents[1] / "e2e", HERE):
    sys.path.insert(0, str(place))
