"""Corrections: a job that failed for good is done again with another payload, once a second person has agreed to it."""
