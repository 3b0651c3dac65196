"""Alerts on phones and computers of the staff who asked for them."""
