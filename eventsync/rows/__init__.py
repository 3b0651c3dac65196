"""Rows read and written without the ORM, where its share of the work counts (docs/decisions/0003)."""
