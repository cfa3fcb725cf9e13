"""Codes with their French labels: enumerations that say, beside each code, what a person of the DLA reads."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class LabelledEnum(StrEnum):
    """Each member is declared as `NAME = "code", "libellé"`. Its value, which is stored and published, is the code."""

    label: str

    def __new__(cls, code: str, label: str = "") -> Self:
        if not label:
            raise TypeError(f"{cls.__name__}.{code} has no label")
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member
