"""The roles that each operation of a service declares."""

from __future__ import annotations

from tests.support.generated.golden_samples import openapi_of

from shared.kernel import Role


def declared(name: str) -> dict[str, frozenset[Role] | None]:
    """By "GET /path"; null for an operation that declares no role: anybody, or any token, is answered."""
    return {
        f"{method.upper()} {path}": frozenset(map(Role, operation["x-roles"])) if "x-roles" in operation else None
        for path, operations in openapi_of(name)["paths"].items()
        for method, operation in operations.items()
    }
