"""Outboxes that come as files: what phones could not deliver, brought in by people (docs/protocol.md, section 7)."""
