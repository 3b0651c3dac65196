"""Symbols of the event's own: a drawing, its word in each language, and whose it is."""

from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from eventsync.schedule import drawings
from eventsync.schedule.admin.drafts import DraftAdmin, DraftForm, event_of, translate
from eventsync.schedule.models import Event, OwnSymbol
from eventsync.schedule.pages.symbols import KEYS, address, meaning
from eventsync.schedule.rasters import Refused
from eventsync.schedule.staff import OF_ROW

SMALL = f"SVG or PNG, at most {drawings.MOST // 1000} kB. What does not draw is left out: look at it once it is saved."


class SymbolForm(DraftForm):
    file = forms.FileField(required=False, label="Drawing", help_text=SMALL)
    translated = ("word",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            self.fields["file"].required = not self.instance.digest

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"])
        if key in KEYS:
            raise forms.ValidationError("There is a symbol of this name already. Choose that one at the activity.")
        return key

    def clean_file(self) -> None:
        if not (file := self.cleaned_data["file"]):
            return
        try:
            made = drawings.cleaned(file.read(10 * drawings.MOST + 1))
        except Refused as why:
            raise forms.ValidationError(str(why)) from why
        self.instance.kind, self.instance.drawing = made
        self.instance.digest = sha256(made.content).hexdigest()[:32]

    def clean(self) -> dict[str, Any]:
        """One word has one symbol, in each language."""
        said = super().clean()
        event: Event | None = said.get("event") or event_of(self.instance)
        for field, language, word in self._words(event) if event else ():
            if meaning(word, language) or self._others(event).filter(**{f"texts__{language}__word": word}).exists():
                self.add_error(field, "Another symbol means this. One word has one symbol.")
        return said

    def _words(self, event: Event) -> list[tuple[str, str, str]]:
        """Field, language and word of each that was said."""
        others = ((f"word_{language}", language, each.get("word")) for language, each in self.instance.texts.items())
        found = [("word", event.language, self.cleaned_data.get("word")), *others]
        return [(field, language, word) for field, language, word in found if word and field in self.fields]

    def _others(self, event: Event | None) -> Any:
        return OwnSymbol.objects.filter(event=event).exclude(pk=self.instance.pk)


translate(SymbolForm, OwnSymbol)


@admin.register(OwnSymbol)
class SymbolAdmin(DraftAdmin):
    belongs = OF_ROW
    form = SymbolForm
    list_display = ["word", "drawn", "key", "credit", "event"]
    list_filter = ["event"]
    list_select_related = ["event"]
    search_fields = ["word", "key", "credit"]
    main = ("event", "key", "word", "file", "drawn", "credit", "source")
    made_up = ("edited", "file")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("drawing")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["in_other_languages", "drawn", *(["event", "key"] if obj else [])]

    @admin.display(description="as families see it")
    def drawn(self, row: OwnSymbol) -> SafeString | str:
        return format_html('<img src="{}" alt="" width="40" height="40">', address(row)) if row.digest else "–"

    def why_kept(self, obj: Any) -> str:
        return ""
