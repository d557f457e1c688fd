"""What a person sees: one page a file, each of which registers itself for a site."""

from app.pages import board, calibrate, keg, kegs, missing, scale, simulator, tap, tare
from app.site import Site


def register(site: Site) -> None:
    """Declare every page this site has."""
    board.register(site)
    tap.register(site)
    tare.register(site)
    calibrate.register(site)
    scale.register(site)
    keg.register(site)
    kegs.register(site)
    missing.register()
    if site.simulator is not None:
        simulator.register(site, site.simulator)
