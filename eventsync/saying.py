"""What the pages say that belong to no event: the guide, the page of trust, rescue, and the app before it starts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from eventsync.schedule.pages import words as plan
from eventsync.schedule.pages.visits import LANGUAGE, preferred

CATALOGUES = Path(__file__).parent / "catalogues"
Text = str | Mapping[str, str]
"""A sentence, or one for each way in which its language counts, as the app's catalogues have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language. `reviewed`: a native speaker has read all of it. `rescue` is also for that page's script."""

    code: str
    name: str
    dir: str
    reviewed: bool
    words: Mapping[str, str]
    rescue: Mapping[str, Text]


def _read(code: str) -> Words:
    found: dict[str, Any] = json.loads((CATALOGUES / f"{code}.json").read_text(encoding="utf-8"))
    return Words(code=code, name=plan.WORDS[code].name, dir=plan.direction(code), **found)


WORDS = {code: _read(code) for code in plan.WORDS}


def language_of(request: HttpRequest) -> Words:
    """That which the address names, else the first that the browser asks for and we know, else English."""
    wanted = [request.GET.get(LANGUAGE, ""), *preferred(request), "en"]
    return WORDS[next(code for code in wanted if code in WORDS)]


def page(request: HttpRequest, template: str, **values: object) -> HttpResponse:
    """The page in the reader's language; `language`, `words` and the others to choose from are in its context."""
    language = language_of(request)
    context = {"language": language, "words": language.words, "languages": WORDS.values(), **values}
    response = render(request, template, context)
    response["Content-Language"] = language.code
    patch_vary_headers(response, ["Accept-Language"])
    return response
