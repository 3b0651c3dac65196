"""Somebody types in a number or an address, and shows by a code that it is theirs."""
