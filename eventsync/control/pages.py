"""How a page of the control room is drawn: as the organisers' desk is, without its long list of tables."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def draw(request: HttpRequest, template: str, shown: dict[str, Any], *, status: int = 200) -> HttpResponse:
    desk = admin.site.each_context(request) | {"is_nav_sidebar_enabled": False}
    return render(request, template, desk | shown, status=status)
