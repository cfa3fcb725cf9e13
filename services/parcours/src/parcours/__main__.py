"""The program `dla-parcours`."""

from __future__ import annotations

from shared.program import run_program


def main() -> None:
    run_program("parcours.main")


if __name__ == "__main__":
    main()
