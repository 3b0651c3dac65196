"""Contradictions in the ledger, and what leads do about them (docs/protocol.md, section 8)."""
