"""How much somebody may do at the desk: each rank may all that the ones below it may."""

from django.db import models


class Rank(models.IntegerChoices):
    VIEWER = 1, "Viewer"  # sees, changes nothing
    LEAD = 2, "Lead"  # people, codes, conflicts, walk-ins
    MANAGER = 3, "Manager"  # venues, checkpoints, phones, files
    OWNER = 4, "Owner"  # who has which role, and all personal data of somebody
