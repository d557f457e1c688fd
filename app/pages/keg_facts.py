"""What a keg's page says of it, in words."""

from app.faces import volume_words
from app.money import money_words
from app.pages.tap_facts import KEG_WORDS, TARE_WORDS, UNKNOWN, moment_words, size_words
from app.pages.tap_lists import days_words, yield_words
from backend.domain.member import person_words
from backend.usecases.view_keg import KegView

Fact = tuple[str, str]


def keg_title(view: KegView) -> str:
    """Name a keg as a person would: its own name if it has one, its beer and its size."""
    beer = view.beer.name if view.beer else view.keg.beer_id
    named = f"{view.keg.label} · " if view.keg.label else ""
    return f"{named}{beer}, {size_words(view.keg.type_id)}"


def keg_facts(view: KegView) -> list[Fact]:
    """Give the facts of a keg in the order in which it came to be what it is."""
    return [*_where(view), *_weights(view), *_worth(view)]


def _where(view: KegView) -> list[Fact]:
    keg, zone = view.keg, view.location.zone
    facts = [("Now", KEG_WORDS[keg.state] + (f", queued on tap {keg.queued_on.number}" if keg.queued_on else ""))]
    if keg.tap_id is not None and keg.tapped_at is not None:
        facts.append(("Tapped", f"{moment_words(keg.tapped_at, zone, seconds=True)}, on tap {keg.tap_id.number}"))
    if keg.closed_at is not None:
        days = days_words(keg)
        facts.append(("Taken off", moment_words(keg.closed_at, zone) + (f", after {days} days" if days else "")))
    if yield_words(view.ledger):
        facts.append(("Poured", f"{yield_words(view.ledger)} of what was in it"))
    return facts


def _weights(view: KegView) -> list[Fact]:
    keg, unit = view.keg, view.location.settings.volume_unit
    by = f", told by {person_words(view.tared_by)}" if view.tared_by else ""
    when = f", {moment_words(view.tared_at, view.location.zone)}" if view.tared_at else ""
    tare = f"{keg.tare.empty_lbs:.1f} lb ± {keg.tare.plus_minus_lbs:.1f} lb, {TARE_WORDS[keg.tare.source]}"
    facts = [
        ("Empty shell", tare + by + when),
        ("Full weight", f"{keg.full_lbs:.1f} lb"),
        ("Specific gravity", f"{view.specific_gravity:.3f}"),
    ]
    if view.ledger is not None:
        facts.append(("Left by the books", volume_words(max(0.0, view.ledger.remaining), unit=unit)))
    return facts


def _worth(view: KegView) -> list[Fact]:
    keg = view.keg
    cost = keg.cost_cents if keg.cost_cents is not None else view.beer.cost_cents if view.beer else None
    usual = "" if keg.cost_cents is not None or cost is None else ", usual for this beer"
    return [
        ("Cost", money_words(cost) + usual if cost is not None else UNKNOWN),
        ("Freshness", view.keeping.says),
    ]
