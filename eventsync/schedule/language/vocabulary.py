"""The words of everyday English: those that are said most often in films, and what our own pages say."""

import gzip
import json
import re
from functools import cache
from heapq import nlargest
from importlib.resources import files

from eventsync.schedule.pages.words import WORDS

USED = 5_000


@cache
def common_words() -> frozenset[str]:
    """In small letters. The counts come with pyspellchecker, which has them of subtitles; nothing is spelt by it."""
    packed = (files("spellchecker") / "resources" / "en.json.gz").read_bytes()
    counts: dict[str, int] = json.loads(gzip.decompress(packed))
    ours = re.findall(r"[a-z]+", " ".join(WORDS["en"].said.values()).casefold())
    return frozenset(nlargest(USED, counts, key=counts.__getitem__)) | frozenset(ours)
