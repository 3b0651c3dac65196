"""Jobs of check-in."""
