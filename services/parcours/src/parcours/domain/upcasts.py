"""Upcasts of the events whose first version named a sum without its unit: each is in cents, and its name says so."""

from __future__ import annotations

from shared.kernel import rename_fields

AMOUNT_IN_CENTS = {1: rename_fields({"amount": "amount_cents"})}
ALLOCATION_IN_CENTS = {1: rename_fields({"allocated": "allocated_cents"})}
PROPOSAL_IN_CENTS = {1: rename_fields({"proposal.amount": "amount_cents"})}
TERMS_IN_CENTS = {1: rename_fields({"terms.amount": "amount_cents"})}
EXTRA_AMOUNT_IN_CENTS = {1: rename_fields({"extra_amount": "extra_amount_cents"})}
