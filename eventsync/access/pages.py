"""The second step of signing in: taken, set up, changed by whoever has it."""

from base64 import b32encode
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from eventsync.access import audit, second_step


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "autocapitalize": "none"}),
    )


@never_cache
@login_required
def take(request: HttpRequest) -> HttpResponse:
    """GET asks for a code, POST takes one and leads to `next`."""
    if not second_step.owed(request):
        return HttpResponseRedirect(_next(request))
    if not second_step.has(request.user):
        return HttpResponseRedirect(f"{reverse('second_step_set_up')}?{request.GET.urlencode()}")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        problem = second_step.check(request, form.cleaned_data["code"])
        if not problem:
            return HttpResponseRedirect(_next(request))
        form.add_error("code", problem)
    return _page(request, "step", form, title="Second step")


@never_cache
@login_required
def set_up(request: HttpRequest) -> HttpResponse:
    """Who has none gets a secret to scan, and recovery codes for the first code of it. Who has one may change it."""
    if second_step.has(request.user):
        return take(request) if second_step.owed(request) else _change(request)
    device, form = second_step.offered(request.user), CodeForm(request.POST or None)
    if form.is_valid():
        if codes := second_step.confirm(request, form.cleaned_data["code"]):
            _note(request, "Set up the second step of signing in.")
            return _page(request, "codes", form, title="Recovery codes", codes=codes, onward=_next(request))
        form.add_error("code", second_step.WRONG)
    key = b32encode(device.bin_key).decode()
    secret = " ".join(key[at : at + 4] for at in range(0, len(key), 4))
    shown = {"picture": second_step.picture(device), "secret": secret, "must": second_step.must_have(request.user)}
    return _page(request, "set_up", form, title="Set up the second step", **shown)


def _change(request: HttpRequest) -> HttpResponse:
    """POST with a code makes new recovery codes or, with `remove`, takes the second step away."""
    form, must = CodeForm(request.POST or None), second_step.must_have(request.user)
    if form.is_valid():
        problem = second_step.check(request, form.cleaned_data["code"])
        if problem:
            form.add_error("code", problem)
        elif "remove" in request.POST and not must:
            second_step.remove(request.user)
            _note(request, "Took away the second step of signing in.")
            return HttpResponseRedirect(reverse("admin:index"))
        else:
            codes = second_step.new_codes(request.user)
            _note(request, "Made new recovery codes.")
            return _page(request, "codes", form, title="Recovery codes", codes=codes, onward=reverse("admin:index"))
    return _page(request, "change", form, title="Second step", must=must)


def _note(request: HttpRequest, told: str) -> None:
    assert isinstance(request.user, Model)
    audit.note(request.user, request.user, told)


def _next(request: HttpRequest) -> str:
    asked = request.GET.get("next", "")
    own = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return asked if own else reverse("admin:index")


def _page(request: HttpRequest, name: str, form: forms.Form, **shown: Any) -> HttpResponse:
    context = {**admin.site.each_context(request), "form": form, "is_popup": False, **shown}
    return TemplateResponse(request, f"admin/access/{name}.html", context)


urlpatterns = [
    path("account/second-step/", take, name="second_step"),
    path("account/second-step/set-up/", set_up, name="second_step_set_up"),
]
