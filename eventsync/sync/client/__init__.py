"""A device without a browser: the sync protocol (docs/protocol.md) on asyncio, for venue agents, simulations and tests.

No Django here, so that it runs where no server is installed. It is the phone's engine (`frontend/src/sync/`) in Python:
same parts, same names.
"""
