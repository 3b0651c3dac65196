"""What a phone needs to put pages on its home screen: a web app manifest."""

from django.http import JsonResponse

ICONS = [
    {"src": "/static/icons/icon-192.png", "sizes": "192x192", "type": "image/png"},
    {"src": "/static/icons/icon-512.png", "sizes": "512x512", "type": "image/png"},
    {"src": "/static/icons/maskable-512.png", "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    {"src": "/static/icons/icon.svg", "sizes": "any", "type": "image/svg+xml"},
]


def manifest(*, start: str, scope: str, name: str, short_name: str, **said: str) -> JsonResponse:
    """`start`: the page that opens; `scope`: the path below which all pages belong to it."""
    look = {"display": "standalone", "background_color": "#f4f1ea", "theme_color": "#07484f", "icons": ICONS}
    pages = {"id": scope, "start_url": start, "scope": scope}
    answer = JsonResponse(
        {"name": name, "short_name": short_name, **said, **pages, **look}, content_type="application/manifest+json"
    )
    answer["Cache-Control"] = "no-cache"
    return answer
