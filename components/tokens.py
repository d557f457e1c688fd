"""The palette and the scales of type and space that every drawing uses."""

from types import MappingProxyType
from typing import Final

# Contrast on the card: text at least 7:1, marks at least 3:1, ink on a tone at least 7:1 (held by a test).
PALETTE: Final = MappingProxyType(
    {
        "night": "#0b0e13",
        "card": "#131820",
        "raised": "#212934",
        "line": "#6b7889",
        "hair": "#2c3542",
        "text": "#f4f6f8",
        "muted": "#b4bec9",
        "ink": "#0b0e13",
        "ok": "#43bd55",
        "warn": "#f2b233",
        "crit": "#ff7b7b",
        "offline": "#9db0c5",
        "maintenance": "#7cc7ff",
        "foam": "#fff6df",
        "beer": "#e0a526",
    }
)
TEXT_TONES: Final = ("text", "muted", "ok", "warn", "crit", "offline", "maintenance")
MARK_TONES: Final = ("ok", "warn", "crit", "offline", "maintenance", "line", "foam", "beer")
CHIP_TONES: Final = ("ok", "warn", "crit", "offline", "maintenance")
SPACE_PX: Final = (4, 8, 12, 16, 24, 32, 48)
TYPE_PX: Final = MappingProxyType({"small": 14, "body": 16, "lead": 20, "title": 28, "figure": 72})
FONT: Final = 'Roboto, "Helvetica Neue", "Segoe UI", "Noto Sans", Arial, sans-serif'


def css_variables() -> str:
    """Every token as a custom property on `:root`, named `--ss-<token>`."""
    lines = [f"--ss-{name}: {value};" for name, value in PALETTE.items()]
    lines += [f"--ss-space-{step}: {pixels}px;" for step, pixels in enumerate(SPACE_PX, start=1)]
    lines += [f"--ss-type-{name}: {pixels}px;" for name, pixels in TYPE_PX.items()]
    return ":root { " + " ".join([*lines, f"--ss-font: {FONT};"]) + " }"


def contrast(one: str, other: str) -> float:
    """Contrast of two `#rrggbb` colours, 1 to 21, as WCAG 2.2 defines it."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of a `#rrggbb` colour, 0 to 1 (WCAG 2.2, definition of relative luminance)."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB's curve
