"""What somebody fills in to write a notice: to whom, in which words, until when. Each text is looked at."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.urls import reverse
from django.utils import timezone

from eventsync.schedule.models import Event, Venue
from eventsync.schedule.plan.rules import LANGUAGES
from eventsync.schedule.staff import may_for, venues_for
from notifications.hand.audience import groups_of
from notifications.hand.rereading import is_unread, keep_ticked
from notifications.hand.rules import To, end_of_day
from notifications.hand.writing import Written
from notifications.models import HandNotice
from notifications.rules import Importance
from notifications.wording.checking import Lookout, lookout
from notifications.wording.rules import MOST, Part

WRITE = "notifications.add_handnotice"
_AT = "%Y-%m-%dT%H:%M"
_IMPORTANCE = {
    Importance.NORMAL: "Normal",
    Importance.BIG: "Big: whoever does not know it comes too late, to the wrong place or for nothing",
    Importance.CRITICAL: "Critical: somebody’s safety. It waits for nothing, and another person has to agree",
}


def audiences(user: Any, event: Event, groups: Sequence[str]) -> list[tuple[str, str]]:
    """To whom somebody may write: of one venue those who have something there."""
    whole = [(To.EVERYBODY.value, "Everybody at the event")]
    whole += [(To.GROUPS.value, "The groups chosen below")] if groups else []
    whole += [(To.LEADERS.value, "Leaders of the groups chosen below; of all, if none is chosen")] if groups else []
    venues = venues_for(user, WRITE).filter(event=event)
    there = [(f"{To.VENUE.value}:{each.pk}", f"Whoever has something at {each}") for each in venues]
    return [*(whole if may_for(user, event, WRITE) else []), *there]


class WriteForm(forms.Form):
    """`key` is made with the page, so that what is saved twice is kept once; `version` is what was looked at."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    to = forms.ChoiceField(label="To", widget=forms.RadioSelect)
    groups = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Groups",
        help_text="Only if you write to groups, or to their leaders.",
    )
    importance = forms.ChoiceField(widget=forms.RadioSelect, choices=[*_IMPORTANCE.items()])
    must_acknowledge = forms.BooleanField(
        required=False, label="Each is to say that they read it", help_text="You see how many did, of which groups."
    )
    expires_at = forms.DateTimeField(
        label="Of use until", widget=forms.DateTimeInput({"type": "datetime-local"}, format=_AT)
    )

    def __init__(self, user: Any, event: Event, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        self.languages = list(dict.fromkeys([event.language, *event.languages]))
        to: Any = self.fields["to"]
        groups: Any = self.fields["groups"]
        known = groups_of(event)
        to.choices, groups.choices = audiences(user, event, known), [(each, each) for each in known]
        clock = f"By the clock of {event} ({event.tz})."
        self.fields["expires_at"].help_text = f"{clock} After that nobody is told any more."
        self.unread: list[str] = []
        """The languages whose text is not any more what somebody had read: their tick is gone."""
        for language in self.languages:
            self._add(language)

    def _add(self, language: str) -> None:
        name, needed = LANGUAGES[language], language == self.event.language
        for part in Part:
            lines = {"rows": 3} if part == Part.BODY else {}
            widget = forms.Textarea(lines) if lines else forms.TextInput()
            field = forms.CharField(
                required=needed, max_length=1_000, label=f"{part.capitalize()} ({name})", widget=widget
            )
            field.widget.attrs |= watched(part, self.event, language)
            field.help_text = f"At most {MOST[part]} characters."
            self.fields[f"{part}_{language}"] = field
        self.fields[f"reviewed_{language}"] = forms.BooleanField(
            required=False, label=f"Somebody who speaks {name} has read it"
        )
        keep_ticked(self, f"reviewed_{language}")

    @property
    def texts(self) -> list[tuple[str, forms.BoundField, forms.BoundField, forms.BoundField]]:
        """The name of each language with its fields."""
        return [
            (LANGUAGES[code], self[f"title_{code}"], self[f"body_{code}"], self[f"reviewed_{code}"])
            for code in self.languages
        ]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        at = lookout(self.event)
        for language in self.languages:
            self._look(at, language, {part: str(said.get(f"{part}_{language}") or "") for part in Part})
            if is_unread(self, f"reviewed_{language}", said, [f"{part}_{language}" for part in Part]):
                said[f"reviewed_{language}"] = False
                self.unread.append(language)
        if said.get("to") == To.GROUPS and not said.get("groups"):
            self.add_error("groups", "Choose the groups.")
        if "expires_at" in said and said["expires_at"] <= timezone.now():
            self.add_error("expires_at", "This is over. Say until when it is of use.")
        return said

    def _look(self, at: Lookout, language: str, texts: dict[Part, str]) -> None:
        """A language that somebody wrote nothing in is left out."""
        if not any(texts.values()):
            return
        for part, text in texts.items():
            if f"{part}_{language}" in self.errors:
                continue
            for each in at.look(text, part=part, language=language):
                if each.hard:
                    self.add_error(
                        f"{part}_{language}", f"“{each.words}” {each.instead}" if each.words else each.instead
                    )

    @property
    def written(self) -> Written:
        said = self.cleaned_data
        to, _, venue = said["to"].partition(":")
        texts = {code: {part.value: said[f"{part}_{code}"] for part in Part} for code in self.languages}
        own = {code: each for code, each in texts.items() if each[Part.TITLE]}
        return Written(
            to=To(to),
            groups=said["groups"] if to in {To.GROUPS, To.LEADERS} else [],
            venue=Venue.objects.get(pk=venue) if venue else None,
            importance=Importance(said["importance"]),
            texts=own,
            reviewed=[code for code in own if said[f"reviewed_{code}"]],
            must_acknowledge=said["must_acknowledge"],
            expires_at=said["expires_at"],
        )


def watched(part: Part, event: Event, language: str) -> dict[str, str]:
    """Has the page look at a text while somebody types, and say how long it is."""
    check = reverse(f"admin:notifications_handnotice_check_{part}")
    stops = {"data-stops": "Stops the notice", "data-most": str(MOST[part]), "data-unticks": f"id_reviewed_{language}"}
    return {"data-plain": check, "data-of": str(event.pk), "lang": language, "dir": "auto", **stops}


def initial(event: Event, *, now: datetime, texts: Iterable[tuple[str, dict[str, str], bool]] = ()) -> dict[str, Any]:
    """Of a new notice; `texts`: those of a template by language, and whether they were reviewed."""
    found: dict[str, Any] = {"key": uuid4(), "version": 0, "to": To.EVERYBODY.value}
    found |= {"importance": Importance.NORMAL.value, "expires_at": end_of_day(now, ZoneInfo(event.tz))}
    for language, said, reviewed in texts:
        found |= {f"{part}_{language}": text for part, text in said.items()} | {f"reviewed_{language}": reviewed}
    return found


def initial_of(row: HandNotice) -> dict[str, Any]:
    found: dict[str, Any] = {"key": row.pk, "version": row.version, "groups": row.groups}
    found["to"] = f"{row.to}:{row.venue_id}" if row.venue_id else row.to
    found |= {name: getattr(row, name) for name in ("importance", "must_acknowledge", "expires_at")}
    for language, said in row.texts.items():
        found |= {f"{part}_{language}": text for part, text in said.items()}
        found[f"reviewed_{language}"] = language in row.reviewed
    return found
