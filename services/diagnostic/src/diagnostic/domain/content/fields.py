"""Field types that several sections of the content share."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Len

from shared.kernel import Context, Encrypted, Line, Refusal

NOTHING_TO_CORRECT = Refusal("nothing-to-correct", "Rien à corriger")

Points = Annotated[tuple[Line, ...], Len(0, 20)]
"""A list of short points, one line each."""


def encrypt_points(points: tuple[str, ...], context: Context) -> tuple[Encrypted, ...]:
    return tuple(context.text(point) for point in points)
