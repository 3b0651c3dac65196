"""Export and erasure of one person's data, and its end after an event (docs/privacy.md)."""
