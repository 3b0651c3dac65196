"""The desk of a real server, without a browser."""

import urllib.request
import uuid
from http.cookiejar import CookieJar
from urllib.parse import urlencode

from tests.e2e.stage import PATIENCE, Server

PASSWORD = "correct horse battery"
CREATE = "from django.contrib.auth.models import User; User.objects.create_superuser({!r}, password={!r})"


class Desk:
    """A new superuser, signed in, with what keeps cookies and does no more."""

    def __init__(self, server: Server) -> None:
        name = uuid.uuid4().hex
        server.manage("shell", "-c", CREATE.format(name, PASSWORD))
        self._url, self._cookies = server.url, CookieJar()
        self._browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))
        self._browser.open(f"{self._url}/admin/login/", timeout=PATIENCE).close()
        self.post("/admin/login/?next=/admin/", username=name, password=PASSWORD)

    def post(self, path: str, **form: str) -> str:
        """The page that it leads to."""
        token = next(str(cookie.value) for cookie in self._cookies if cookie.name == "csrftoken")
        said = urlencode(form | {"csrfmiddlewaretoken": token}).encode()
        with self._browser.open(f"{self._url}{path}", said, timeout=PATIENCE) as answer:
            return str(answer.read().decode())
