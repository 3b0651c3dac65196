"""The form of a checkpoint: its kind, its slots and whom it admits, typed one a line."""

from typing import TYPE_CHECKING, Any

from django import forms

from checkin.models import Checkpoint, Person
from checkin.rules import SLOT_LENGTH, search_key
from eventsync.tables import cells

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Checkpoint]  # generic in its type stubs only
else:
    ModelForm = forms.ModelForm

NARROWS = ("roles", "delegations")
_MOST = 2_000  # slots; every phone of the venue carries them


class Lines(forms.CharField):
    """Texts, one a line, each once, in their order."""

    widget = forms.Textarea(attrs={"rows": 4})

    def __init__(self, *, each: int, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.each = each

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = list(dict.fromkeys(filter(None, map(cells.clean, (value or "").splitlines()))))
        if len(lines) > _MOST:
            raise forms.ValidationError(f"There are {len(lines):,} lines; at most {_MOST:,} fit.")
        if long := next((line for line in lines if len(line) > self.each), None):
            raise forms.ValidationError(f"“{long[:20]}…” has {len(long)} characters; at most {self.each} fit.")
        return lines

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != (initial or []))
        except forms.ValidationError:
            return True


class CheckpointForm(ModelForm):
    slots = Lines(
        each=SLOT_LENGTH,
        label="Places for one person each",
        help_text="Beds, seats or things, one a line, such as A-1. Empty: nobody gets a place of their own.",
    )
    roles = Lines(each=100, label="Only these roles", help_text="One a line. Empty: every role.")
    delegations = Lines(each=200, label="Only these delegations", help_text="One a line. Empty: every delegation.")

    class Meta:
        model = Checkpoint
        fields = ["venue", "name", "kind", "policy", "tz", "slots", "guarded", "distant"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:  # who may only look has no fields
            self.fields["kind"].required = False  # a program that does not say it means a door
        for name in NARROWS:
            self.initial.setdefault(name, self.instance.admits.get(name, []))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        venue, name = said.get("venue") or self._venue(), said.get("name")
        others = Checkpoint.objects.filter(venue=venue, name=name).exclude(pk=self.instance.pk)
        if venue and name and others.exists():
            self.add_error("name", f"{venue.name} has a checkpoint of this name already.")
        self.instance.admits = {name: said[name] for name in NARROWS if said.get(name)}
        return said

    def _venue(self) -> Any:
        return self.instance.venue if self.instance.venue_id else None


def unmatched(checkpoint: Checkpoint) -> list[str]:
    """What a checkpoint asks for that nobody on the roster has: most likely a slip of the pen."""
    people = Person.objects.filter(event=checkpoint.venue.event_id).order_by()
    return [
        text
        for name, column in (("roles", "role"), ("delegations", "delegation"))
        for text in _absent(checkpoint.admits.get(name, []), people.values_list(column, flat=True).distinct())
    ]


def _absent(wanted: list[str], there: Any) -> list[str]:
    known = {search_key(text) for text in there} if wanted else set()
    return [text for text in wanted if search_key(text) not in known]
