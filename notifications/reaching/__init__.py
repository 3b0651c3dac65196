"""Whom a notice would reach, on which way, and what that costs, before it is sent."""
