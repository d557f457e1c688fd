"""Who is asking; while the product listens on loopback only and has no accounts, that is the Owner."""

from backend.domain.member import OWNER, Member


def current_member() -> Member:
    """Give the member behind the page or handler that runs now; every handler asks anew."""
    return OWNER
