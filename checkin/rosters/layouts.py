"""Which column is which: our template, and pretix's export of order positions as it comes."""

from collections.abc import Sequence
from dataclasses import replace

from eventsync.tables import Layout, find_columns, key_of

TEMPLATE = "template"
PRETIX = "pretix"

_TEMPLATE = {
    "number": ("number", "no", "nr", "id", "external id", "reference"),
    "name": ("name", "full name", "person"),
    "delegation": ("delegation", "team", "group", "organisation", "organization"),
    "role": ("role", "function"),
    "codes": ("codes", "code", "credentials", "credential", "barcode", "wristband"),
    "standing": ("standing", "status"),
    "family": ("family", "household", "booking"),
    "given": ("given", "given name", "first name", "forename", "known as"),
}
_PRETIX = {
    "order": ("order code",),
    "position": ("position id",),
    "status": ("status",),
    "name": ("attendee name",),
    "given": ("attendee name: given name", "attendee name: calling name"),
    "secret": ("ticket secret",),
    "product": ("product",),
    "variation": ("variation",),
    "company": ("attendee company",),
    "addon": ("add-on to position id",),
    "payer": ("invoice address name",),
    "blocked": ("blocked",),
}


COLUMNS = tuple(_TEMPLATE)
"""Of our own template, as people should write them; the first two are needed."""


def layout_of(headers: Sequence[str]) -> Layout:
    """TableError: names the column that is missing or there twice.

    Of pretix's many columns none is said to be unused, and it escapes formulas in its CSV only.
    """
    if {"order code", "position id"} <= set(map(key_of, headers)):
        needed = ("order", "position", "status", "name", "secret")
        return replace(find_columns(PRETIX, _PRETIX, headers, needed=needed), ignored=(), escapes=False)
    return find_columns(TEMPLATE, _TEMPLATE, headers, needed=COLUMNS[:2])
