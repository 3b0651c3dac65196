"""What the forms of places and activities share: other languages, and two people who edit the same row."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.widgets import Script
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from eventsync.access.admin import NEVER
from eventsync.schedule.admin.events import KeptAdmin
from eventsync.schedule.admin.plain import Line, watch, written
from eventsync.schedule.language.checking import known
from eventsync.schedule.language.rules import Finding, findings
from eventsync.schedule.models import Event
from eventsync.schedule.plan.rules import LANGUAGES
from eventsync.schedule.staff import events_seen
from eventsync.sync.admin import as_id

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]  # generic in its type stubs only
else:
    ModelForm = forms.ModelForm

OVERTAKEN = (
    "Somebody else changed this since you opened it. Where it differs from what you typed, what is stored is said "
    "below. Save again to write yours over it."
)


class DraftForm(ModelForm):
    """`edited` is the version that somebody looked at.

    `translated`: which texts there are in other languages, too; `plain`: which of these are in plain language.
    `asked`: the event of a new row, where the page knows it; `languages`: in which it may be written beside that
    event's own.
    """

    asked: Event | None = None
    languages: tuple[str, ...] = ()
    edited = forms.IntegerField(widget=forms.HiddenInput, required=False)
    translated: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["edited"] = self.instance.version
        event = event_of(self.instance)
        wanted = {*other_languages(event)} if event else {*self.languages}
        for name, language, field in each_translation(self.translated):
            if language in wanted:
                self.initial[field] = self.instance.texts.get(language, {}).get(name, "")
            else:
                self.fields.pop(field, None)
        self._watch()

    def _watch(self) -> None:
        event = event_of(self.instance)
        for field, language in self._plain(event).items():
            if field in self.fields:
                watch(self.fields[field], event=event, language=language)

    def _plain(self, event: Event | None) -> dict[str, str | None]:
        """The fields of plain language, and of which."""
        fields: dict[str, str | None] = dict.fromkeys(self.plain, event.language if event else None)
        fields.update((field, language) for _, language, field in each_translation(self.plain))
        return fields

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.instance._state.adding:  # noqa: SLF001 - Django documents it
            self._look_again(said.get("edited"))
        else:
            self._look_for_languages(said)
        self.instance.texts = self._texts(said)
        return said

    def _look_for_languages(self, said: dict[str, Any]) -> None:
        """A new row may be of any event until its form says of which."""
        event = _event_in(said)
        for _, language, field in each_translation(self.translated):
            if event and said.get(field) and language not in other_languages(event):
                is_own = language == event.language
                why = "is written in it: say it above" if is_own else "does not have it: add it to the event first"
                self.add_error(field, f"{event} {why}, and leave this empty.")

    def validate_unique(self) -> None:
        """Also where one half cannot be edited: a name at its venue, a word of its event."""
        super().validate_unique()
        if not self.errors:
            try:
                self.instance.validate_constraints()
            except ValidationError as error:
                self.add_error(None, error)

    def findings(self, event: Event) -> list[Finding]:
        """What is hard to read in what was typed, by the names of fields."""
        knows = known(event)
        return [
            each
            for field, language in self._plain(event).items()
            for each in findings(
                self.cleaned_data.get(field) or "", field=field, language=language or event.language, known=knows
            )
        ]

    def _texts(self, said: dict[str, Any]) -> dict[str, dict[str, str]]:
        """Languages that this form does not show stay as they are."""
        texts = {language: dict(each) for language, each in self.instance.texts.items()}
        for name, language, field in each_translation(self.translated):
            if field in self.fields:
                texts.setdefault(language, {})[name] = said.get(field, "")
        filled = {key: {name: text for name, text in each.items() if text} for key, each in texts.items()}
        return {key: each for key, each in filled.items() if each}

    def _look_again(self, edited: int | None) -> None:
        """Locks the row; whoever was overtaken is shown both."""
        stored = type(self.instance).objects.select_for_update().get(pk=self.instance.pk)
        if edited == stored.version:
            self.instance.version = stored.version + 1
            return
        theirs = type(self)(instance=stored)
        self.add_error(None, OVERTAKEN)
        for name, field in self.fields.items():
            if name != "edited" and field.has_changed(theirs.get_initial_for_field(field, name), self[name].data):
                self.add_error(name, f"Stored by now: {theirs.stored(name)}")
        data: Any = self.data
        self.data = data.copy()
        self.data[self.add_prefix("edited")] = stored.version  # type: ignore[index]  # it is a copy

    def stored(self, name: str) -> str:
        """As it is shown to whoever was overtaken."""
        bound: Any = self[name]
        value = bound.field.prepare_value(bound.initial)
        if isinstance(value, list) and all(hasattr(part, "isoformat") for part in value):  # a date and a time
            return " ".join(part.isoformat() for part in value)
        choices = {str(key): str(label) for key, label in getattr(bound.field, "choices", [])}
        return f"“{choices.get(str(value), value)}”" if value not in {None, ""} else "nothing"


def translate(form: type[DraftForm], model: type[models.Model]) -> None:
    """Gives the form a field for each of its texts in each language; a form shows those of its event."""
    for name, language, field in each_translation(form.translated):
        column: Any = model._meta.get_field(name)
        label = f"{str(column.verbose_name).capitalize()} ({LANGUAGES[language]})"
        widget = forms.Textarea if isinstance(column, models.TextField) else forms.TextInput
        made = forms.CharField(
            required=False, label=label, max_length=column.max_length, widget=widget({"lang": language, "dir": "auto"})
        )
        form.declared_fields[field] = made


def each_translation(names: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """The text, the language, and the name of the field for it."""
    return ((name, language, f"{name}_{language}") for language in LANGUAGES for name in names)


def event_of(row: Any) -> Event | None:
    """None of a row that is new."""
    if row._state.adding:  # noqa: SLF001 - Django documents it
        return None
    event: Event = row.event if hasattr(row, "event") else row.venue.event
    return event


def event_asked(request: HttpRequest) -> Event | None:
    """Of a new row: that of the place, venue or event which is chosen, or to which a link led."""
    said = request.POST if request.method == "POST" else request.GET
    for name, way in {"event": "pk", "venue": "venues", "place": "venues__places"}.items():
        if key := as_id(said.get(name, "")):
            return Event.objects.filter(**{way: key}).first()
    return None


def _event_in(said: dict[str, Any]) -> Event | None:
    venue = said.get("venue") or (said.get("place") and said["place"].venue)
    event: Event | None = venue.event if venue else said.get("event")
    return event


def other_languages(event: Event | None) -> list[str]:
    return [] if event is None else [language for language in event.languages if language != event.language]


class Lines(forms.CharField):
    """Names, one a line, each once, in order of the alphabet."""

    widget = forms.Textarea({"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return sorted({" ".join(line.split()) for line in (value or "").splitlines()} - {""})

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != (initial or []))


class DraftAdmin(KeptAdmin):
    """Rows of the draft, with their texts in the other languages of their event."""

    form: type[DraftForm]
    main: tuple[str, ...] = ()
    made_up: tuple[str, ...] = ("edited",)
    """Fields of the form that are no columns: who may only look has none of them."""

    class Media:
        js = [Script("admin-plain.js", defer=True)]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        """Says what of it families would find hard to read."""
        super().save_model(request, obj, form, change)
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])
        found = form.findings(event_of(obj))
        lines = [Line(str(form.fields[each.field].label), f"{address}#id_{each.field}", each) for each in found]
        if lines:
            hard = any(each.hard for each in found)
            self.message_user(request, written(lines), messages.WARNING if hard else messages.INFO)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return [(None, {"fields": [*self.main, "in_other_languages"]})]
        found: list[tuple[str | None, dict[str, Any]]] = [(None, {"fields": [*self.main, "edited"]})]
        for language in self.languages(request, obj):
            fields = [f"{name}_{language}" for name in self.form.translated]
            found.append((LANGUAGES[language], {"fields": fields, "classes": ["collapse"]}))
        return found

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 - Django's
        form: Any = super().get_form(request, obj, change, **kwargs)
        if obj is None:
            form.asked, form.languages = event_asked(request), tuple(self.languages(request, None))
        return form

    def languages(self, request: HttpRequest, obj: Any) -> list[str]:
        """In which it may be written beside its event's own; of a new one also what was typed, lest it be dropped."""
        if obj is not None:
            return other_languages(event_of(obj))
        event = event_asked(request)
        events = [event] if event else [*events_seen(request.user, self.right("view"))]
        names = each_translation(self.form.translated)
        typed = {language for _, language, field in names if request.POST.get(field, "").strip()}
        offered = typed.union(*map(other_languages, events))
        return [language for language in LANGUAGES if language in offered]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["in_other_languages"]

    @staticmethod
    def in_other_languages(row: Any) -> SafeString | str:
        said = [(LANGUAGES.get(key, key), key, text) for key, each in row.texts.items() for text in each.values()]
        return format_html_join("", '<p>{}: <bdi lang="{}">{}</bdi></p>', said) or NEVER
