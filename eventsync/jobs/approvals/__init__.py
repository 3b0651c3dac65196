"""Approvals: what is done only after another person has seen exactly it and agreed."""
