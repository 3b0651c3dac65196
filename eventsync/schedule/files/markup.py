"""Texts of other software that are HTML, as families can read them: paragraphs of words."""

import re
from html.parser import HTMLParser

_IS_HTML = re.compile(
    r"</(p|a|ul|ol|li|em|strong|b|i|div|h[1-6]|code|pre|blockquote|span|td)>|<(p|br|hr|li)\s*/?>", re.IGNORECASE
)
_PARAGRAPHS = {
    *("p", "div", "ul", "ol", "li", "br", "hr", "pre", "blockquote", "table", "tr", "dl", "dt", "dd"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "section", "article"),
}
_SILENT = {"script", "style", "template"}


def plain(text: str) -> str:
    """As it is, if it is no HTML."""
    if not _IS_HTML.search(text):
        return text
    reader = _Reader()
    reader.feed(text)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.said).split("\n"))
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    """Line breaks of the source are spaces there; those between paragraphs are ours."""

    def __init__(self) -> None:
        super().__init__()
        self.said = list[str]()
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._silent += tag in _SILENT
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT and self._silent > 0
        self._break(tag)

    def _break(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self.said.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(re.sub(r"\s+", " ", data))
