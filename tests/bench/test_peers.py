import hashlib
from pathlib import Path

import pytest

PEERS = Path(__file__).parent / "peers"
FROZEN = {
    "naive.py": "d9caf7d49bdab0aeb1e80450a0c3f8cd3396e80527e5ec22fab024b37e16584b",
}


@pytest.mark.parametrize("name", FROZEN)
def test_a_peer_stays_what_it_was_when_it_was_first_measured(name: str) -> None:
    digest = hashlib.sha256((PEERS / name).read_bytes()).hexdigest()

    assert digest == FROZEN[name], f"{name} is frozen: write another peer beside it, or every earlier figure is void"
