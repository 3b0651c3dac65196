"""The organisers' pages of check-in. Each module registers its own."""

from django.contrib import admin

from checkin.admin import (  # noqa: F401 - importing them registers their pages
    checkpoints,
    conflicts,
    credentials,
    events,
    guardians,
    headcount,
    holds,
    ledger,
    people,
    rosters,
    safety,
)

admin.site.site_header = admin.site.site_title = "EventSync"
admin.site.index_title = "Organisers’ desk"
admin.site.site_url = None  # there are two: families’ pages and the door app, and the desk leads to both
