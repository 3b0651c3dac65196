"""Symbols of the event's own: a drawing, its word in each language, and whose it is."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from eventsync.schedule import drawings
from eventsync.schedule.admin.at_once import AtOnceAdmin
from eventsync.schedule.admin.drafts import DraftForm, event_of, translate
from eventsync.schedule.admin.packs import pack_page
from eventsync.schedule.models import Event, OwnSymbol
from eventsync.schedule.pages.symbols import KEYS, address, taken
from eventsync.schedule.rasters import Refused, digest_of

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
            made = drawings.cleaned(file.read(drawings.LONGEST + 1))
        except Refused as why:
            raise forms.ValidationError(str(why)) from why
        self.instance.kind, self.instance.drawing = made
        self.instance.digest = digest_of(made.content)

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        event: Event | None = said.get("event") or event_of(self.instance)
        if event:
            self._look_for_others(event, said.get("word") or "")
        return said

    def _look_for_others(self, event: Event, word: str) -> None:
        """One word has one symbol, in each language."""
        words = {language: each.get("word", "") for language, each in self.instance.texts.items()}
        for language in taken(event, {**words, event.language: word}, but=self.instance.pk):
            field = "word" if language == event.language else f"word_{language}"
            if field in self.fields:
                self.add_error(field, "Another symbol means this. One word has one symbol.")


translate(SymbolForm, OwnSymbol)


@admin.register(OwnSymbol)
class SymbolAdmin(AtOnceAdmin):
    form = SymbolForm
    list_display = ["word", "drawn", "key", "credit", "event"]
    list_filter = ["event"]
    list_select_related = ["event"]
    search_fields = ["word", "key", "credit"]
    main = ("event", "key", "word", "file", "drawn", "credit", "source")
    made_up = ("edited", "file")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(partial(pack_page, self))
        return [path("pack/", view, name="schedule_ownsymbol_pack"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("drawing")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["in_other_languages", "drawn", *(["event", "key"] if obj else [])]

    @admin.display(description="as families see it")
    def drawn(self, row: OwnSymbol) -> SafeString | str:
        return format_html('<img src="{}" alt="" width="40" height="40">', address(row)) if row.digest else "–"
