"""The program `dla-console`."""

from __future__ import annotations

from shared.program import run_program


def main() -> None:
    run_program("console.main")


if __name__ == "__main__":
    main()
