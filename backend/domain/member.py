"""Who may do what: the specification's matrix as one table, and one question, `may()`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Final

from backend.domain.refusal import Forbidden, NotFound


class Role(IntEnum):
    """What a member is at most; the greater may do what the lesser may."""

    STAFF = 1
    MANAGER = 2
    ADMIN = 3


class Act(StrEnum):
    """The rows of the matrix, and ours beneath them."""

    VIEW_LEVELS = "view levels"
    TARE = "tare or maintenance"
    BOOK_WASTE = "book waste"
    SWAP = "change a keg"
    ASSIGN = "assign beer or keg"
    STOCK = "manage kegs"
    VIEW_REPORTS = "view reports"
    MANAGE_SETTINGS = "manage settings"
    CALIBRATE = "calibrate scales"
    UPDATE_FIRMWARE = "update firmware"
    REBOOT = "restart a scale"
    MANAGE_MEMBERS = "manage members"
    MANAGE_FLEET = "claim and place scales"


LEAST_ROLE: Final[Mapping[Act, Role]] = MappingProxyType(
    {
        Act.VIEW_LEVELS: Role.STAFF,
        Act.TARE: Role.STAFF,
        Act.BOOK_WASTE: Role.STAFF,
        Act.SWAP: Role.STAFF,
        Act.ASSIGN: Role.MANAGER,
        Act.STOCK: Role.MANAGER,
        Act.VIEW_REPORTS: Role.MANAGER,
        Act.MANAGE_SETTINGS: Role.MANAGER,
        Act.CALIBRATE: Role.MANAGER,
        Act.UPDATE_FIRMWARE: Role.ADMIN,
        Act.REBOOT: Role.ADMIN,
        Act.MANAGE_MEMBERS: Role.ADMIN,
        Act.MANAGE_FLEET: Role.ADMIN,
    }
)
"""The role an act needs at the location it touches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role at one location."""

    location_id: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person (or the system itself) by `sub`; `ceiling` is the most they can be anywhere.

    Admins see every location; others see those they hold a grant for, with the lesser of grant and ceiling.
    """

    sub: str
    name: str
    ceiling: Role
    grants: tuple[Grant, ...] = field(default=())

    def role_at(self, location_id: str) -> Role | None:
        """Give the role at a location, None where the member sees nothing of it."""
        if self.ceiling is Role.ADMIN:
            return Role.ADMIN
        for grant in self.grants:
            if grant.location_id == location_id:
                return min(grant.role, self.ceiling)
        return None

    def may(self, act: Act, *, location_id: str) -> bool:
        """Whether the member may do this at that location."""
        role = self.role_at(location_id)
        return role is not None and role >= LEAST_ROLE[act]

    def must(self, act: Act, *, location_id: str) -> None:
        """Let the use case go on only if the member may do this.

        Raises:
            NotFound: where the member sees nothing of the location; the same answer as for one that is not there.
            Forbidden: where the role is too small; the sentence names the role that is needed.
        """
        if self.role_at(location_id) is None:
            raise NotFound(f"there is no location {location_id}")
        if not self.may(act, location_id=location_id):
            needed = LEAST_ROLE[act].name.capitalize()
            article = "an" if needed.startswith("A") else "a"
            raise Forbidden(f"only {article} {needed} may {act.value}: ask one to do it or to change your role")


def person_words(sub: str) -> str:
    """Name a person of whom a row keeps only the sub, as everywhere else: by a name, with a capital."""
    return sub[:1].upper() + sub[1:]


OWNER: Final = Member(sub="owner", name="Owner", ceiling=Role.ADMIN)
"""Stands in for everybody while the product listens on loopback only and has no accounts."""

SYSTEM: Final = Member(sub="system", name="Scale Sense", ceiling=Role.ADMIN)
"""The product itself, where it acts unasked."""
