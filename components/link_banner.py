"""The line that says since when the server is out of reach, and brings the page back by itself."""

from nicegui import ui

from components.rows import Beat
from components.styles import use_styles


class LinkBanner(ui.element, component="link_banner.js", dependencies=["parts/*.js"]):
    """Silent while beats arrive; what carries the class `ss-dims` is dimmed while none do."""

    def __init__(self, beat: Beat) -> None:
        use_styles("link_banner.css")
        super().__init__()
        self.props["initial"] = beat

    def beat(self, beat: Beat) -> None:
        """The server is there, and this is the bar's time."""
        self.run_method("beat", beat)
