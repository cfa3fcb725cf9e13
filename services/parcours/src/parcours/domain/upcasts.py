"""Upcasts of events: of those whose first version named a sum without its unit, which is in cents, and of those with
signatures, which one structure gave for all of a collective operation."""

from __future__ import annotations

from typing import Any

from shared.kernel import rename_fields


def with_structures(data: dict[str, Any]) -> dict[str, Any]:
    """Signatures of no structure apart."""
    return data | {"signatures": data["signatures"] | {"structures": {}}}


AMOUNT_IN_CENTS = {1: rename_fields({"amount": "amount_cents"})}
ALLOCATION_IN_CENTS = {1: rename_fields({"allocated": "allocated_cents"})}
PROPOSAL_IN_CENTS = {1: rename_fields({"proposal.amount": "amount_cents"})}
TERMS_IN_CENTS = {1: rename_fields({"terms.amount": "amount_cents"}), 2: with_structures}
EXTRA_AMOUNT_IN_CENTS = {1: rename_fields({"extra_amount": "extra_amount_cents"}), 2: with_structures}
WITH_READ_TEXT = {1: with_structures, 2: lambda data: data | {"content_hash": None}}
