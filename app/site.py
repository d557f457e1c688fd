"""What the pages of one running site stand on."""

from dataclasses import dataclass

from app.live import Live
from app.simulator import Simulator
from backend.clock import Clock
from backend.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One process that serves one location; `simulator` is there in the demo only."""

    ports: Ports
    clock: Clock
    live: Live
    location_id: str
    simulator: Simulator | None = None
