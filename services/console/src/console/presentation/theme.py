"""PageTheme of the pages: a choice of the browser, in a cookie of its own that only the server reads."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

COOKIE = "dla-theme"
DAYS = 365


class PageTheme(StrEnum):
    """`device`: light or dark, and the contrast, as the device prefers."""

    DEVICE = "device"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


THEME_LABELS = {
    PageTheme.DEVICE: ("Comme mon appareil", "clair ou sombre, selon son réglage et l’heure"),
    PageTheme.LIGHT: ("Clair", "quel que soit le réglage de l’appareil"),
    PageTheme.DARK: ("Sombre", "quel que soit le réglage de l’appareil"),
    PageTheme.CONTRAST: ("Contraste renforcé", "noir sur blanc, ou blanc sur noir si l’appareil est en sombre"),
}
COLOR_SCHEMES = {PageTheme.LIGHT: "light", PageTheme.DARK: "dark"}
"""What a browser paints before it has the styles, and its own controls; else both, and the device decides."""


def chosen_theme(cookies: Mapping[str, str], *, secure: bool) -> PageTheme:
    """The theme of a browser; that of the device for any value that is none of ours."""
    try:
        return PageTheme(cookies.get(_name(secure=secure), PageTheme.DEVICE))
    except ValueError:
        return PageTheme.DEVICE


def theme_cookie(theme: PageTheme, *, secure: bool) -> str:
    """The Set-Cookie header that stores a theme; that of the device is stored as no cookie at all.

    Lax, where the session is Strict: a page that a link of a mail opens has the theme too."""
    value, age = ("", 0) if theme is PageTheme.DEVICE else (theme, DAYS * 86_400)
    attributes = "; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
    return f"{_name(secure=secure)}={value}; Max-Age={age}{attributes}"


def _name(*, secure: bool) -> str:
    return f"__Host-{COOKIE}" if secure else COOKIE
