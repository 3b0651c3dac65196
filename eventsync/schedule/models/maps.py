"""Pictures of the way to places."""

from django.db import models

from eventsync.schedule.rasters import JPEG, PNG, WEBP


class PlaceMap(models.Model):
    """A picture, named by its content: so its address can be kept for ever, and copies of an event share it.

    What a release told stays, as the release does.
    """

    class Kind(models.TextChoices):
        PNG = PNG, "PNG"
        JPEG = JPEG, "JPEG"
        WEBP = WEBP, "WebP"

    digest = models.CharField(primary_key=True, max_length=32, editable=False)
    kind = models.CharField(max_length=4, choices=Kind, editable=False)
    drawing = models.BinaryField(editable=False)
    width = models.PositiveSmallIntegerField(editable=False)
    height = models.PositiveSmallIntegerField(editable=False)

    def __str__(self) -> str:
        return self.file

    @property
    def file(self) -> str:
        """As addresses name it."""
        return f"{self.digest}.{self.kind}"
