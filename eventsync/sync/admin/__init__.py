"""Phones, what they sent and what could not be applied. A phone can be revoked, and quarantine worked through.

`DeviceAdmin` and `OperationAdmin` are registered by `eventsync.schedule.admin`, which knows events and venues by name.
"""

from eventsync.sync.admin.devices import DeviceAdmin, HoldingFilter, ProfileFilter, RevokedFilter
from eventsync.sync.admin.operations import OperationAdmin
from eventsync.sync.admin.quarantine import QuarantinedAdmin
from eventsync.sync.admin.reading import AppliedFilter, ByIdFilter, as_id
from eventsync.sync.showing import visible

__all__ = [
    "AppliedFilter",
    "ByIdFilter",
    "DeviceAdmin",
    "HoldingFilter",
    "OperationAdmin",
    "ProfileFilter",
    "QuarantinedAdmin",
    "RevokedFilter",
    "as_id",
    "visible",
]
