"""/control/runbook/: docs/runbook.md for staff; each kind of alert leads to its section."""

import re
from pathlib import Path

from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt

from eventsync.control.pages import draw

_KIND = re.compile(r"<h3><code>([a-z_]+)</code>")
_TITLE = re.compile(r"<h1>.*?</h1>\s*")


@staff_member_required
@require_safe
def runbook(request: HttpRequest) -> HttpResponse:
    text = (Path(settings.BASE_DIR) / "docs" / "runbook.md").read_text(encoding="utf-8")
    html = _TITLE.sub("", MarkdownIt().enable("table").render(text), count=1)
    anchored = _KIND.sub(r'<h3 id="\1"><code>\1</code>', html)
    return draw(request, "control/runbook.html", {"title": "Runbook", "text": mark_safe(anchored)})  # noqa: S308 ours
