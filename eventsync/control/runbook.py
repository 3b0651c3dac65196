"""/control/runbook/: docs/runbook.md for staff; each kind of alert leads to its section."""

import re
from itertools import pairwise
from pathlib import Path

from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from eventsync.control.pages import draw

_KIND = re.compile(r"<h3><code>([a-z_]+)</code>")
_PAGE = re.compile(r"<code>(/control/[^<]*)</code>")
_TITLE = re.compile(r"<h1>.*?</h1>\s*")
_MARKDOWN = MarkdownIt().enable("table")


@staff_member_required
@require_safe
def runbook(request: HttpRequest) -> HttpResponse:
    text = (Path(settings.BASE_DIR) / "docs" / "runbook.md").read_text(encoding="utf-8")
    html = _TITLE.sub("", _MARKDOWN.renderer.render(_labelled(_MARKDOWN.parse(text)), _MARKDOWN.options, {}), count=1)
    html = _PAGE.sub(r'<a href="\1"><code>\1</code></a>', html)
    anchored = _KIND.sub(r'<h3 id="\1"><code>\1</code>', html)
    return draw(request, "control/runbook.html", {"title": "Runbook", "text": mark_safe(anchored)})  # noqa: S308 ours


def _labelled(tokens: list[Token]) -> list[Token]:
    """Each cell says which column it is of: on a phone the rows of a table are drawn one cell below the other."""
    heads: list[str] = []
    column = 0
    for token, inner in pairwise(tokens):
        if token.type == "table_open":
            heads = []
        elif token.type == "tr_open":
            column = 0
        elif token.type == "th_open":
            heads.append(inner.content)
        elif token.type == "td_open":
            token.attrSet("data-of", heads[column])
            column += 1
    return tokens
