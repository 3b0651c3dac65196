"""Standard Webhooks 1.0: what proves to the other side that a request is ours, and whole."""

import base64
import hashlib
import hmac
import secrets

PREFIX = "whsec_"


def new_secret() -> str:
    """24 random bytes, as other systems expect to be told them."""
    return PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def signed(*, secret: str, key: str, at: int, body: bytes) -> dict[str, str]:
    """The headers of one request. `key`: the id of the message, the same at each try; `at`: seconds since 1970."""
    said = b".".join([key.encode(), str(at).encode(), body])
    digest = hmac.new(base64.b64decode(secret.removeprefix(PREFIX)), said, hashlib.sha256).digest()
    return {
        "webhook-id": key,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
