"""How somebody chose to see the pages. A cookie of theirs holds it, and nothing else; pages say it in one attribute.

Everybody gets the same page: what differs is shown and hidden by the style sheet. So pages that a phone keeps follow
the settings without a network, too (static/schedule/settings.js).
"""

from collections.abc import Iterable
from dataclasses import dataclass

COOKIE = "settings"
CHOICES = {
    "size": ("large", "largest"),
    "symbols": ("hide",),
    "words": ("simple",),
    "clock": ("12", "24"),
    "colours": ("light", "dark", "contrast"),
    "listen": ("hide",),
}
"""What there is to choose beside what is usual, which is said by nothing."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`chosen`: only what is not usual, such as `size:large`, in the order of the choices."""

    chosen: tuple[str, ...] = ()

    @property
    def cookie(self) -> str:
        return ".".join(self.chosen)

    def of(self, name: str) -> str:
        """What was chosen of it, or nothing."""
        return next((each.partition(":")[2] for each in self.chosen if each.startswith(f"{name}:")), "")

    def dress(self, page: str) -> str:
        """The page for somebody with these settings."""
        return page.replace("<html ", f'<html data-settings="{" ".join(self.chosen)}" ', 1) if self.chosen else page


USUAL = Settings()


def settings_of(said: Iterable[tuple[str, object]]) -> Settings:
    """Of names and values that anybody may have said; what is no choice counts for nothing."""
    known = {name: value for name, value in said if value in CHOICES.get(name, ())}
    return Settings(tuple(f"{name}:{known[name]}" for name in CHOICES if name in known))


def read(cookie: str) -> Settings:
    pairs = (each.partition(":") for each in cookie.split("."))
    return settings_of((name, value) for name, _, value in pairs)
