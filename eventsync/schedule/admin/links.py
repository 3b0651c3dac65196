"""Family links: made with their cards, made anew when a card is lost, revoked with all the phones that opened them."""

from collections.abc import Sequence
from itertools import cycle
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from eventsync.access.admin import ModelAdmin, ReadOnlyInline, ago
from eventsync.access.scope import Belongs, limit
from eventsync.schedule.admin.cards import A_PAGE, cards_page
from eventsync.schedule.admin.drafts import Lines
from eventsync.schedule.admin.names import ChoiceField
from eventsync.schedule.links import making, rules
from eventsync.schedule.links.making import Wanted
from eventsync.schedule.models import Event, FamilyLink, FamilyPhone, Symbol
from eventsync.schedule.plan.rules import LANGUAGES
from eventsync.schedule.queries import current_event
from eventsync.schedule.staff import events_for
from eventsync.sync.admin import as_id

ADD = "schedule.add_familylink"
AT_ONCE = 200  # cards
GROUPS = (
    "Groups or delegations as the schedule names them, one a line. What is for everybody is always shown. A card for "
    "several groups counts as one person, who cannot be in two places at the same time; also a card for siblings."
)


class Nicknames(Lines):
    """One a line, in the order in which they are written, each as often as it is."""

    def to_python(self, value: Any) -> Any:
        return [name for line in (value or "").splitlines() if (name := " ".join(line.split()))]


class LinksForm(forms.Form):
    """Cards that somebody wants, all for the same groups."""

    event = ChoiceField(Event.objects.none())
    nicknames = Nicknames(
        help_text="One a line, a card for each: what the family calls whom it is about, such as a first name. No "
        "surnames: whoever finds a card can read it."
    )
    groups = Lines(required=False, help_text=GROUPS)
    leads = FamilyLink._meta.get_field("leads").formfield()
    symbol = forms.ChoiceField(choices=[("", "Another one for each"), *Symbol.choices], required=False)
    keep_until = forms.DateField(
        required=False,
        widget=forms.DateInput({"type": "date"}),
        help_text="The last day. Empty: as long as the event keeps personal data.",
    )
    language = forms.ChoiceField(
        choices=[("", "The event’s"), *LANGUAGES.items()], required=False, label="Language of the cards"
    )
    a_page = forms.ChoiceField(choices=[*A_PAGE.items()], required=False, label="Cards")

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["event"].queryset = events_for(user, ADD)  # type: ignore[attr-defined]

    def clean_nicknames(self) -> list[str]:
        said: list[str] = self.cleaned_data["nicknames"]
        longest = FamilyLink._meta.get_field("nickname").max_length or 0
        if len(said) > AT_ONCE:
            raise forms.ValidationError(f"At most {AT_ONCE} cards at once.")
        if long := next((name for name in said if len(name) > longest), None):
            raise forms.ValidationError(f"“{long}” has more than {longest} letters.")
        return said

    def wanted(self) -> list[Wanted]:
        said = self.cleaned_data
        symbols = symbols_for(said["symbol"])
        alike: Any = {"groups": said["groups"], "leads": said["leads"]}
        return [Wanted(nickname=name, symbol=next(symbols), **alike) for name in said["nicknames"]]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("leads") and not said.get("groups"):
            self.add_error("groups", "Say which groups they lead.")
        return said


def symbols_for(symbol: str = "") -> Any:
    """One after the other, or the same for all."""
    return cycle([symbol] if symbol else Symbol.values)


class LinkForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in its type stubs only
    groups = Lines(required=False, help_text=GROUPS)

    class Meta:
        model = FamilyLink
        fields = ["nickname", "symbol", "groups", "leads", "keep_until"]


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("never", "Never opened"), ("revoked", "Revoked")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case None:
                return queryset
            case "open":
                return queryset.filter(revoked_at=None)
            case "never":
                return queryset.filter(revoked_at=None, opened_at=None)
            case "revoked":
                return queryset.exclude(revoked_at=None)
            case _:
                return queryset.none()


class GroupFilter(admin.SimpleListFilter):
    """Those for a delegation, such as when all its cards have to be made anew."""

    title = "for"
    parameter_name = "group"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        said = model_admin.get_queryset(request).order_by().values_list("groups", flat=True)
        groups = sorted(rules.chosen(group for groups in said for group in groups))
        return [(group, group) for group in groups]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if (group := self.value()) is None:
            return queryset
        wanted = group.casefold()
        rows = queryset.order_by().values_list("pk", "groups")  # SQLite does not look into lists
        return queryset.filter(pk__in=[key for key, groups in rows if wanted in map(str.casefold, groups)])


class PhonesOfLink(ReadOnlyInline):
    model = FamilyPhone
    fields = ["phone", "opened", "state"]
    verbose_name_plural = "phones that opened it"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).select_related("device")
        return rows

    @admin.display(description="phone")
    def phone(self, row: FamilyPhone) -> str:
        url = reverse("admin:sync_device_change", args=[row.device_id])
        return format_html('<a href="{}">{}</a>', url, row.device)

    @admin.display(description="opened")
    def opened(self, row: FamilyPhone) -> str:
        return ago(row.opened_at)

    @admin.display(description="state")
    def state(self, row: FamilyPhone) -> str:
        return "Taken off" if row.device.revoked_at else "Shows the day"


@admin.register(FamilyLink)
class FamilyLinkAdmin(ModelAdmin):
    belongs = Belongs(event="event_id", shared=False)
    form = LinkForm
    inlines = [PhonesOfLink]
    list_display = ["nickname", "for_groups", "state", "phones", "opened", "created_by", "event"]
    list_filter = [StateFilter, GroupFilter, "event"]
    list_select_related = ["event"]
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    search_fields = ["nickname"]
    actions = ["renew_selected", "revoke_selected"]
    fields = ["nickname", "symbol", "groups", "leads", "keep_until", "state", "opened", "created_by", "made", "event"]
    readonly_fields = ["state", "opened", "created_by", "made", "event"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        there = Count("phones", filter=Q(phones__device__revoked_at=None))
        rows: QuerySet[Any] = super().get_queryset(request).annotate(phones_there=there)
        return rows

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """They are revoked, and go by themselves when their day has passed."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        obj.save(update_fields=form.changed_data)

    @admin.display(description="for")
    def for_groups(self, link: FamilyLink) -> str:
        groups = ", ".join(link.groups) or "What is for everybody"
        return f"Leader of {groups}" if link.leads else groups

    @admin.display(description="state", ordering="revoked_at")
    def state(self, link: FamilyLink) -> str:
        if link.revoked_at:
            return format_html("Revoked {}", ago(link.revoked_at))
        return "Open" if link.is_open(on=timezone.now().date()) else "Over"

    @admin.display(description="phones", ordering="phones_there")
    def phones(self, link: Any) -> int:
        return int(link.phones_there)

    @admin.display(description="last opened", ordering="opened_at")
    def opened(self, link: FamilyLink) -> str:
        return ago(link.opened_at) if link.opened_at else "Never"

    @admin.display(description="made", ordering="created_at")
    def made(self, link: FamilyLink) -> str:
        return ago(link.created_at)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("renew/", wrap(self.renew_view), name="schedule_familylink_renew"),
            path("revoke/", wrap(self.revoke_view), name="schedule_familylink_revoke"),
        ]
        return [*own, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The links are in the answer to the POST and nowhere else."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        current = current_event(events_for(request.user, ADD), today=timezone.now().date())
        form = LinksForm(request.user, request.POST or None, initial={"event": current})
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": "New family links"}
        if request.method == "POST" and form.is_valid():
            said = form.cleaned_data
            by, now = request.user.get_username(), timezone.now()
            cards = making.make(
                event=said["event"], wanted=form.wanted(), by=by, now=now, keep_until=said["keep_until"]
            )
            for card in cards:
                self.log_addition(request, card.link, [{"added": {}}])
            return cards_page(request, cards, context, language=said["language"], a_page=said["a_page"])
        return TemplateResponse(request, "admin/schedule/links.html", context | {"form": form})

    @admin.action(description="New cards for selected links…", permissions=["change"])
    def renew_selected(self, request: HttpRequest, queryset: QuerySet[FamilyLink]) -> HttpResponse:
        return self._ask(request, self._live(queryset), "renew")

    @admin.action(description="Revoke selected links…", permissions=["change"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[FamilyLink]) -> HttpResponse:
        return self._ask(request, self._live(queryset), "revoke")

    def renew_view(self, request: HttpRequest) -> HttpResponseBase:
        """GET asks, POST makes new cards; `links` names them, once for each."""
        links = self._named(request)
        if request.method != "POST" or not links:
            return self._ask(request, links, "renew")
        if len({link.event_id for link in links}) > 1:
            self.message_user(request, "Make new cards for one event at a time.", messages.WARNING)
            return self._to_list()
        cards = [making.renew(link) for link in links]
        self.log_changes(request, links, "New card; the old one opens nothing any more.")
        context = {**self.admin_site.each_context(request), "opts": self.opts}
        return cards_page(request, cards, context, language=request.POST.get("language", ""))

    def revoke_view(self, request: HttpRequest) -> HttpResponseBase:
        """GET asks, POST does."""
        links = self._named(request)
        if request.method != "POST" or not links:
            return self._ask(request, links, "revoke")
        done = [link for link in links if making.revoke(link, now=timezone.now())]
        self.say_done(request, done, "revoked", one="link was", many="links were")
        return self._to_list()

    def _named(self, request: HttpRequest) -> Sequence[FamilyLink]:
        if not self.has_change_permission(request):
            raise PermissionDenied
        said = request.POST if request.method == "POST" else request.GET
        ids = list(filter(None, map(as_id, said.getlist("links"))))
        mine = limit(self.get_queryset(request), request.user, self.right("change"), self.belongs)
        return self._live(mine.filter(pk__in=ids))

    @staticmethod
    def _live(links: QuerySet[FamilyLink]) -> Sequence[FamilyLink]:
        return list(links.filter(revoked_at=None).select_related("event")[:AT_ONCE])

    def _ask(self, request: HttpRequest, links: Sequence[FamilyLink], what: str) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, "links": links, "what": what}
        title = {"renew": "New cards", "revoke": "Revoke family links"}[what]
        return TemplateResponse(request, "admin/schedule/links_ask.html", context | {"title": title})

    def _to_list(self) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:schedule_familylink_changelist"))
