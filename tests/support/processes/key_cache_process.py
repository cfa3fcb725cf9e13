"""A second process of the notes, with a key cache of its own: it shows who noted last for each line of input.

python key_cache_process.py URL CASE      answers each line of its input with a line"""

from __future__ import annotations

import sys
from uuid import UUID

from tests.support.samples.note_aggregate import decider, open_notes


def main(url: str, case: str) -> None:
    app = open_notes(url)
    for _ in sys.stdin:
        last = app.load(decider, UUID(case)).state.last
        assert last is not None
        print(app.key_store.display_text(last), flush=True)
    app.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
