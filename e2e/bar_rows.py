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
        "new": None,
        "aside": None,
        "until": None,
        "clean": None,
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


def busy_night() -> list[dict[str, Any]]:
    """Fifteen taps, every second of them with somebody's hands on it."""
    states: dict[int, dict[str, Any]] = {
        2: {"state": "change"},
        3: {"state": "lifted", "pct": None, "why": "keg lifted"},
        4: {"state": "placed", "pct": None, "why": "keg set down: checking"},
        5: {"state": "which", "beer": "No beer", "brewery": "", "pct": None, "why": "which keg is this?"},
        6: {"new": NOW - 600, "pct": 99.6, "beer": "River Hefeweizen"},
        8: {"aside": "cleaning", "until": NOW + 2690},
        9: {"aside": "maintenance", "until": NOW + 3600, "online": False},
        10: {"clean": NOW - 86_400},
        11: {"state": "no_keg", "why": "no keg assigned"},
        12: {"beer": "Longshoreman Oatmeal Stout"},
        13: {"new": NOW - 60, "state": "low", "pct": 14.0},
        14: {"new": NOW - 2 * 86_400},
        15: {"aside": "cleaning", "until": NOW - 60, "state": "ok"},
    }
    return [row(no, **states.get(no, {})) for no in range(1, 16)]


def sheet(no: int = 1, **changes: Any) -> dict[str, Any]:
    """What the server says of a tap whose tile was touched: three kegs that fit, twenty beers."""
    kegs = [
        ("queued next", "keg-1", "Harbor Pilsner", "Half barrel · fits the weight"),
        ("same again", None, "Pilsner", "Half barrel"),
        ("in stock", "keg-2", "Midnight Stout", "Euro 50 L · 5A · 1.2 lb heavier than usual"),
    ]
    offers = [
        {
            "key": why,
            "keg": keg,
            "beer": name,
            "type": "half_barrel",
            "name": name,
            "color": "#e8c34a",
            "why": why,
            "note": note,
        }
        for why, keg, name, note in kegs
    ]
    beers = [
        {
            "beer": f"beer-{place}",
            "name": f"{BEERS[place % 10][0]} {place}",
            "brewery": "Alder & Oak",
            "color": "#d98e2b",
        }
        for place in range(20)
    ]
    sizes = [
        ("half_barrel", "Half barrel"),
        ("sixth_barrel", "Sixtel"),
        ("euro_50l", "Euro 50 L"),
        ("corny_5gal", "Corny 5 gal"),
    ]
    made = {
        "tap": f"loc-001:{no:02d}",
        "step": "none",
        "question": None,
        "undo": None,
        "weighs": "",
        "line": "due Fri 3 Apr",
        "offers": offers,
        "beers": beers,
        "sizes": [{"type": type_id, "name": name} for type_id, name in sizes],
        "reasons": ["foam", "spill", "line", "other"],
        "glasses": ["4 oz", "Half pint", "Pint", "Pitcher"],
    }
    return {"sheet": {**made, **changes}}
