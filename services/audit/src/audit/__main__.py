"""The program `dla-audit`."""

from __future__ import annotations

from shared.program import run_program


def main() -> None:
    run_program("audit.main")


if __name__ == "__main__":
    main()
