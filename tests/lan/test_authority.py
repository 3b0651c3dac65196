"""Certificates for a local network: what they vouch for, when they are made anew, and that real TLS takes them."""

import socket
import ssl
import stat
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from eventsync.lan.authority import Identity, may_vouch, new_authority, new_certificate, suits
from eventsync.lan.keeping import prepare

NOW = datetime.now(UTC).replace(microsecond=0)
HERE, MOVED, CAMPUS, ELSEWHERE = map(IPv4Address, ("127.0.0.1", "192.168.1.7", "141.20.1.2", "93.184.216.34"))


@pytest.fixture(scope="module")
def authority() -> Identity:
    return new_authority(address=HERE, now=NOW)


@pytest.mark.parametrize(
    ("address", "after", "answer"),
    [
        (MOVED, timedelta(0), True),
        (ELSEWHERE, timedelta(0), False),
        (MOVED, timedelta(days=350), True),
        (MOVED, timedelta(days=352), False),
        (MOVED, timedelta(days=-2), False),
    ],
)
def test_authority_vouches_for_local_addresses_while_it_lasts(
    authority: Identity, address: IPv4Address, after: timedelta, answer: bool
) -> None:
    assert may_vouch(authority, address=address, now=NOW + after) is answer


def test_authority_of_a_public_address_vouches_for_that_one_alone() -> None:
    authority = new_authority(address=CAMPUS, now=NOW)
    assert [may_vouch(authority, address=each, now=NOW) for each in (CAMPUS, MOVED, ELSEWHERE)] == [True, True, False]


@pytest.mark.parametrize(
    ("address", "after", "answer"),
    [
        (HERE, timedelta(days=75), True),
        (HERE, timedelta(days=77), False),
        (MOVED, timedelta(0), False),
    ],
)
def test_certificate_suits_its_address_while_it_lasts(
    authority: Identity, address: IPv4Address, after: timedelta, answer: bool
) -> None:
    certificate = new_certificate(authority, address=HERE, now=NOW)
    assert suits(certificate, authority, address=address, now=NOW + after) is answer


def test_certificate_of_another_authority_does_not_suit(authority: Identity) -> None:
    other = new_certificate(new_authority(address=HERE, now=NOW), address=HERE, now=NOW)
    assert suits(other, authority, address=HERE, now=NOW) is False


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_prepare_again_changes_nothing(tmp_path: Path) -> None:
    first = prepare(tmp_path / "lan", address=HERE, now=NOW)
    made = contents(tmp_path / "lan")
    second = prepare(tmp_path / "lan", address=HERE, now=NOW + timedelta(days=1))
    assert (first[1], second[1], contents(tmp_path / "lan")) == (False, True, made)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "lan").glob("*.key")}
    assert modes == {"authority.key": 0o600, "server.key": 0o600}


def test_prepare_at_another_address_keeps_the_authority_that_phones_trust(tmp_path: Path) -> None:
    prepare(tmp_path, address=HERE, now=NOW)
    made = contents(tmp_path)
    assert prepare(tmp_path, address=MOVED, now=NOW)[1] is True
    changed = {name for name, content in contents(tmp_path).items() if content != made[name]}
    assert changed == {"server.crt", "server.key"}


@pytest.mark.parametrize("broken", ["authority.crt", "authority.key"])
def test_prepare_makes_a_broken_authority_anew_and_says_so(tmp_path: Path, broken: str) -> None:
    prepare(tmp_path, address=HERE, now=NOW)
    (tmp_path / broken).write_bytes((tmp_path / broken).read_bytes()[:40])
    assert prepare(tmp_path, address=HERE, now=NOW)[1] is False
    assert_shakes_hands(tmp_path)
    assert prepare(tmp_path, address=HERE, now=NOW)[1] is True


def test_tls_takes_the_certificate_at_its_address_only(tmp_path: Path) -> None:
    prepare(tmp_path, address=HERE, now=NOW)
    assert_shakes_hands(tmp_path)
    prepare(tmp_path, address=MOVED, now=NOW)
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        assert_shakes_hands(tmp_path)


def test_tls_refuses_what_the_authority_may_not_vouch_for(tmp_path: Path) -> None:
    authority, _ = prepare(tmp_path, address=HERE, now=NOW)
    beyond = new_certificate(authority, address=ELSEWHERE, now=NOW)
    (tmp_path / "server.crt").write_bytes(pem(beyond))
    (tmp_path / "server.key").write_bytes(pem_key(beyond))
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        assert_shakes_hands(tmp_path, at=ELSEWHERE)


def pem(identity: Identity) -> bytes:
    return identity.certificate.public_bytes(Encoding.PEM)


def pem_key(identity: Identity) -> bytes:
    return identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def assert_shakes_hands(folder: Path, *, at: IPv4Address = HERE) -> None:
    """A client that trusts the authority in `folder` and nobody else, and a server with the certificate there."""
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(folder / "server.crt", folder / "server.key")
    client = ssl.create_default_context(cafile=str(folder / "authority.crt"))
    near, far = socket.socketpair()
    with near, far:
        thread = threading.Thread(target=answer, args=(server, far))
        thread.start()
        try:
            with client.wrap_socket(near, server_hostname=str(at)) as talking:
                assert talking.recv(2) == b"hi"
        finally:
            near.close()
            thread.join(10)


def answer(context: ssl.SSLContext, connection: socket.socket) -> None:
    try:
        with context.wrap_socket(connection, server_side=True) as talking:
            talking.sendall(b"hi")
    except (ssl.SSLError, OSError):
        return
