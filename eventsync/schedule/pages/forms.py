"""Forms on pages for families. These send no Referer, so browsers say “Origin: null”, which Django's check refuses."""

from django.http import HttpRequest


def is_sent_by_others(request: HttpRequest) -> bool:
    """By a page of another site, as browsers say it that are not very old."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}
