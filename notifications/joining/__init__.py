"""How somebody comes to hear of an event, and stops again."""
