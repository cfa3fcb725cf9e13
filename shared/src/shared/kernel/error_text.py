"""An error in a few words for operators: what failed and where. Its text may hold personal data, and is left out."""

from __future__ import annotations

import traceback
from pathlib import Path

from shared.kernel.refusals import Refused


def describe_error(error: BaseException) -> str:
    """`KeyError in decide, request.py:12`, or `refused: slug`."""
    if isinstance(error, Refused):
        return f"refused: {error.slug}"
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {frames[-1].name}, {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
