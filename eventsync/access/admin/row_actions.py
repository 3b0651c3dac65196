"""What can be done about many rows of a list, as buttons on the page of one."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from eventsync.access.scope import may

if TYPE_CHECKING:
    from eventsync.access.admin.scoped import ModelAdmin as _Page
else:
    _Page = object


class RowActions(_Page):
    """For a `ModelAdmin`: its page of a row has buttons, which do to it what the list does to those that are ticked.

    They are drawn by admin/row_actions.html, which its change_form_object_tools.html extends.
    """

    def on_page(self, row: Any) -> Iterable[tuple[str, str]]:
        """The actions that make sense for this row as it is, and what their buttons say."""
        raise NotImplementedError  # each page says which

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        row, known = context["original"], self.get_actions(request)
        mine = row is not None and may(request.user, self.right("change"), row, self.belongs)
        context["row_actions"] = [each for each in self.on_page(row) if each[0] in known] if mine else []
        return super().render_change_form(request, context, *args, **kwargs)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *args: Any) -> Any:
        """Back to the page that the button was on, unless the action has a page of its own."""
        answer = super().response_action(request, queryset, *args)
        row: Model | None = queryset.filter(pk=request.POST["row"]).first() if "row" in request.POST else None
        if row is None or not isinstance(answer, HttpResponseRedirect):
            return answer
        page = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(page, args=[row.pk]))
