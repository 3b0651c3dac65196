"""The authority and the server's certificate as files: made anew when they do not do."""

import os
from datetime import datetime
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from eventsync.lan.authority import Identity, may_vouch, new_authority, new_certificate, suits

AUTHORITY, SERVER = "authority", "server"


def prepare(directory: Path, *, address: IPv4Address, now: datetime) -> tuple[Identity, bool]:
    """Leaves `authority` and `server` (`.crt`, `.key`) in `directory`.

    Answers with the authority, and whether phones may know it already.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority = _read(directory, AUTHORITY)
    known = authority is not None and may_vouch(authority, address=address, now=now)
    if authority is None or not known:
        authority = new_authority(address=address, now=now)
        _write(directory, AUTHORITY, authority)
    server = _read(directory, SERVER)
    if server is None or not suits(server, authority, address=address, now=now):
        _write(directory, SERVER, new_certificate(authority, address=address, now=now))
    return authority, known


def _read(directory: Path, name: str) -> Identity | None:
    """None when it is missing, unreadable, or of two halves that do not belong together."""
    try:
        certificate = x509.load_pem_x509_certificate((directory / f"{name}.crt").read_bytes())
        key = load_pem_private_key((directory / f"{name}.key").read_bytes(), password=None)
    except (FileNotFoundError, ValueError):
        return None
    ours = isinstance(key, ec.EllipticCurvePrivateKey) and key.public_key() == certificate.public_key()
    return Identity(certificate, key) if ours and isinstance(key, ec.EllipticCurvePrivateKey) else None


def _write(directory: Path, name: str, identity: Identity) -> None:
    key = identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _put(directory / f"{name}.key", key, mode=0o600)
    _put(directory / f"{name}.crt", identity.certificate.public_bytes(Encoding.PEM), mode=0o644)


def _put(path: Path, content: bytes, *, mode: int) -> None:
    """Whole or not at all, and readable by nobody else from the first byte on."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    draft.replace(path)
