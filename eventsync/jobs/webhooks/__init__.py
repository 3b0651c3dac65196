"""Domain events for other systems: signed, in order, sent again until they are taken."""
