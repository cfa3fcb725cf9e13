"""Source of a piece of data, shown with it so that local practice is not taken for an official rule."""

from __future__ import annotations

from enum import StrEnum


class Source(StrEnum):
    """S: the scheme's own source texts. P: public material, sometimes local or dated. D: our design decision."""

    SCHEME = "S"
    PUBLIC = "P"
    DESIGN = "D"

    @property
    def label(self) -> str:
        return SOURCES[self]


SOURCES = {
    Source.SCHEME: "textes du dispositif",
    Source.PUBLIC: "documents publics, parfois locaux ou datés\u202f; sans valeur officielle",
    Source.DESIGN: "choix de conception de ce logiciel",
}
