"""Rows of a made-up Friday night, one for each state a tap can be in."""

from typing import Any

NOW = 1774064400.0  # Friday 20 March 2026, 20:40 in Los Angeles

BEERS = [
    ("Pilsner", "Alder & Oak", "#e8c34a", 54.1),
    ("Pale Ale", "Tidewater", "#d98e2b", 8.2),
    ("Hazy IPA", "Foghorn", "#e6a93c", 17.6),
    ("Guinness Draught", "St. James's Gate", "#1c0f0a", 73.0),
    ("Old Hen", "Morland", "#a8551e", 33.4),
    ("Märzen", "Alder & Oak", "#b5651d", 88.9),
    ("Sierra Nevada Torpedo Extra IPA", "Sierra Nevada", "#c9772b", 41.0),
    ("Weißbier", "Schneider", "#e0b04f", 100.0),
    ("Cider", "Two Pears", "#e9d27a", 62.5),
    ("Saison", "Foghorn", "#dfae4a", 25.0),
    ("", "", "#888888", None),
    ("Amber Lager", "Tidewater", "#b4622a", 96.4),
]


def row(no: int, **changes: Any) -> dict[str, Any]:
    """A tap that is fine, unless something is changed."""
    beer, brewery, color, pct = BEERS[(no - 1) % len(BEERS)]
    gallons = 15.5 * (pct or 0) / 100
    made = {
        "tap": f"loc-001:{no:02d}",
        "no": no,
        "beer": beer,
        "brewery": brewery,
        "color": color,
        "pct": pct,
        "volume": f"{gallons:.2f} gal",
        "left": f"{int(gallons * 8)} pints",
        "size": "half barrel",
        "state": "ok",
        "why": None,
        "at": NOW - (no * 2) % 30,
        "pouring": False,
        "online": True,
    }
    return {**made, **changes}


def friday_night(count: int = 12) -> list[dict[str, Any]]:
    """Twelve taps or more, with every state among them."""
    states: dict[int, dict[str, Any]] = {
        1: {"pouring": True},
        2: {"state": "change"},
        3: {"state": "low"},
        5: {"online": False, "at": NOW - 900},
        7: {"at": NOW - 95},
        9: {"state": "lifted", "pct": None, "why": "keg lifted"},
        11: {"state": "no_keg", "why": "no keg assigned"},
    }
    return [row(no, **states.get(no, {})) for no in range(1, count + 1)]
