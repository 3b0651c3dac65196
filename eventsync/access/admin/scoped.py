"""What every page of the admin shares: lists, forms and actions end where somebody's rights end."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.filters import FieldListFilter, RelatedFieldListFilter
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django_otp.plugins.otp_static import admin as _recovery  # noqa: F401 - registers what is unregistered below
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp import admin as _app  # noqa: F401 - the same
from django_otp.plugins.otp_totp.models import TOTPDevice

from eventsync.access.scope import Belongs, Scope, limit, may, scope

# Whoever reads a secret, or a recovery code, signs in as somebody else.
for _secret in (TOTPDevice, StaticDevice):
    admin.site.unregister(_secret)

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]  # generic in their type stubs only
    _Inline = admin.options.InlineModelAdmin[Any, Any]
else:
    _ModelAdmin, _Inline = admin.ModelAdmin, object


class ModelAdmin(_ModelAdmin):
    """A page of rows that belong to events. Whoever may see or change none of a row gets the answer of a missing one.

    `belongs`: whose its rows are; nobody's: only for superusers and whom Django itself gives the right.
    `sees`: any of these rights shows a row.
    """

    belongs: Belongs | None = None
    sees: tuple[str, ...] = ("view", "change")

    def right(self, what: str) -> str:
        """The name of the right to view, add, change or delete such rows."""
        return f"{self.opts.app_label}.{what}_{self.opts.model_name}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows, where = super().get_queryset(request), self.seen(request)
        if where.everywhere:
            return rows
        return rows.filter(where.rows(self.belongs, reading=True)) if self.belongs else rows.none()

    def seen(self, request: HttpRequest) -> Scope:
        """Where rows show."""
        where = Scope()
        for what in self.sees:
            where |= scope(request.user, self.right(what))
        return where

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        anywhere, where = any(request.user.has_perm(self.right(what)) for what in self.sees), self.seen(request)
        if obj is None:
            return anywhere and (self.belongs is None or where.meets(self.belongs, reading=True))
        return anywhere and where.covers(obj, self.belongs, reading=True)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.right("add"))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may(request, "delete", obj)

    def may(self, request: HttpRequest, what: str, obj: Model | None) -> bool:
        """Whether somebody has this right over the row; without one, anywhere."""
        right = self.right(what)
        return request.user.has_perm(right) and (obj is None or may(request.user, right, obj, self.belongs))

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *args: Any) -> Any:
        """An action leaves alone what somebody may only look at."""
        what = "delete" if request.POST.get("action") == "delete_selected" else "change"
        return super().response_action(request, limit(queryset, request.user, self.right(what), self.belongs), *args)

    def say_done(
        self, request: HttpRequest, done: Sequence[Model], what: str, *, one: str, many: str, entry: str = ""
    ) -> None:
        """Notes with each row what an action did to it, and says to how many: “2 alerts were cleared.”"""
        if done:
            self.log_changes(request, done, entry or f"{what.capitalize()}.")
        noun = one if len(done) == 1 else many
        self.message_user(request, f"{len(done)} {noun} {what}.", messages.SUCCESS if done else messages.WARNING)

    @staticmethod
    def log_changes(request: HttpRequest, rows: Sequence[Model], told: str, *, flag: int = CHANGE) -> None:
        """Notes the same with each of many rows."""
        user: Any = request.user
        LogEntry.objects.log_actions(user.pk, rows, flag, change_message=told)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only rows where somebody may add something can be chosen."""
        related = _page_of(self.admin_site, db_field.remote_field.model)
        if related and request.user.is_authenticated and "queryset" not in kwargs:
            rows = db_field.remote_field.model.objects.all()
            kwargs["queryset"] = limit(rows, request.user, self.right("add"), related.belongs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def _page_of(site: admin.AdminSite, model: Any) -> ModelAdmin | None:
    page = site.get_model_admin(model) if site.is_registered(model) else None
    return page if isinstance(page, ModelAdmin) else None


class OwnRows(_Inline):
    """For inlines: rights over the rows are those over the row that they hang on."""

    def _over(self, request: HttpRequest, what: str, parent: Model | None) -> bool:
        page = _page_of(self.admin_site, self.parent_model)
        right = f"{self.opts.app_label}.{what}_{self.opts.model_name}"
        return parent is None or page is None or may(request.user, right, parent, page.belongs)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and self._over(request, "view", obj)

    def has_add_permission(self, request: HttpRequest, obj: Any) -> bool:  # type: ignore[override]  # its stubs are those of pages
        return super().has_add_permission(request, obj) and self._over(request, "add", obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._over(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._over(request, "delete", obj)


class OwnChoices(RelatedFieldListFilter):
    """The filter of a list by another row names only those that its reader may see."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        page = _page_of(model_admin.admin_site, field.remote_field.model)
        if page is None or page.seen(request).everywhere:
            return super().field_choices(field, request, model_admin)
        ordering = self.field_admin_ordering(field, request, model_admin)
        seen = page.get_queryset(request).order_by().values("pk")
        return field.get_choices(include_blank=False, ordering=ordering, limit_choices_to={"pk__in": seen})


FieldListFilter.register(lambda field: bool(field.remote_field), OwnChoices, take_priority=True)
