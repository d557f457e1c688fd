"""Who works in the demo bar; every name is made up."""

from typing import Final

from app.demo_bar import LOCATION
from backend.domain.member import Grant, Member, Role

ROBIN: Final = Member(
    sub="robin",
    name="Robin",
    ceiling=Role.STAFF,
    grants=(Grant(location_id=LOCATION.location_id, role=Role.STAFF),),
)
"""Stands behind the bar."""
ALEX: Final = Member(
    sub="alex",
    name="Alex",
    ceiling=Role.MANAGER,
    grants=(Grant(location_id=LOCATION.location_id, role=Role.MANAGER),),
)
"""Runs the bar, and calibrates its scales."""
PEOPLE: Final = {person.sub: person for person in (ROBIN, ALEX)}
