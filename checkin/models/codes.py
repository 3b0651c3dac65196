"""What is left of the codes of people whose data was erased."""

from django.db import models

from eventsync.schedule.models import Event


class ErasedCode(models.Model):
    """By what a late scan is still counted for its bare id: a keyed hash, from which nobody reads the code.

    In: a person is erased. Out: everybody at the event is.
    """

    event = models.ForeignKey(Event, on_delete=models.PROTECT)
    mark = models.CharField(max_length=64)
    person_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "mark"], name="erased_code_once")]

    def __str__(self) -> str:
        return "Erased code"
