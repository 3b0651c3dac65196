"""Until the second step is taken, whoever signed in with a password is a stranger on every page."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from eventsync.access import second_step


class SecondStepMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and second_step.owed(request):
            if request.path == reverse("admin:login") and request.method == "GET":
                query = urlencode({"next": request.GET.get("next", "")})
                return HttpResponseRedirect(f"{reverse('second_step')}?{query}")
            if request.path not in {reverse("second_step"), reverse("second_step_set_up"), reverse("admin:logout")}:
                request.user = AnonymousUser()
        return self.get_response(request)
