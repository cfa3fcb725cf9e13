"""`python -m audit.witness`: the witness alone, without the rest of audit."""

from audit.witness.cli import witness

witness()
