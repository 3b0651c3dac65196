"""The inbox: every dead letter, whatever failed, in one list; what is in each, and what can be done about it."""
