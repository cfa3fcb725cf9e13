"""Source of a piece of data, shown with it so that local practice is not taken for an official rule."""

from __future__ import annotations

from shared.kernel import LabelledEnum


class Source(LabelledEnum):
    """S: the scheme's own source texts. P: public material, sometimes local or dated. D: our design decision."""

    SCHEME = "S", "textes du dispositif"
    PUBLIC = "P", "documents publics, parfois locaux ou datés\u202f; sans valeur officielle"
    DESIGN = "D", "choix de conception de ce logiciel"
