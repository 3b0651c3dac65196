"""By what key browsers know us: they are told the public half when they subscribe, and take pushes by no other."""

import base64

from django.conf import settings


def public_key() -> str:
    """As a page hands it to `pushManager.subscribe`: base64url of an uncompressed point."""
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - each command would wait for it
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415 - the same

    raw = base64.urlsafe_b64decode(settings.VAPID_KEY + "=")
    public = ec.derive_private_key(int.from_bytes(raw), ec.SECP256R1()).public_key()
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()
