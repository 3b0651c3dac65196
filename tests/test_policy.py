"""The content security policy is on every answer, also on those that no browser shows."""

import pytest
from csp.utils import build_policy
from django.test import Client

from tests.cast import Phone

POLICY = "Content-Security-Policy"


def test_answers_to_programs_have_the_policy_of_pages(phone: Phone) -> None:
    pushed, refused = phone.post({"protocol": 1, "operations": []}), Client().get("/api/v1/device")
    assert (pushed.status_code, refused.status_code) == (200, 401)
    assert pushed.headers[POLICY] == refused.headers[POLICY] == Client().get("/app/").headers[POLICY] == build_policy()


def test_pages_of_the_api_have_their_own(db: None) -> None:
    assert "'unsafe-inline'" in Client().get("/api/docs/").headers[POLICY]
    assert "'unsafe-inline'" not in build_policy()


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/nowhere"])
def test_what_is_not_there_has_one_too(db: None, path: str) -> None:
    answer = Client().get(path)
    assert (answer.status_code, POLICY in answer.headers) == (404, True)
