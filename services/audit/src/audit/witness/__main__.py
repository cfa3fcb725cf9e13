"""`python -m audit.witness`: the witness alone, without loading the rest of audit."""

from audit.witness.cli import witness

witness()
