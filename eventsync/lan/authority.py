"""A certificate authority of this computer's own, and certificates for its address on the local network."""

from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LASTS = timedelta(days=365)
CERTIFICATE_LASTS = timedelta(days=90)  # phones refuse those that last longer than 825
RENEW_BEFORE = timedelta(days=14)  # an event must not run into the end
CLOCKS_DIFFER = timedelta(days=1)
LOCAL = tuple(
    map(
        IPv4Network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10")
    )
)


class Identity(NamedTuple):
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def new_authority(*, address: IPv4Address, now: datetime) -> Identity:
    """It can vouch for local addresses and for `address`, and for nothing else: whoever steals its key gains little."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"EventSync on {address}, {now:%d %B %Y}")
    where = {*LOCAL, *([] if _is_local(address) else [IPv4Network(address)])}
    permitted: list[x509.GeneralName] = [x509.IPAddress(network) for network in sorted(where)]
    # Without a permitted name any would do.
    constraints = x509.NameConstraints([*permitted, x509.DNSName("localhost")], None)
    builder = (
        _builder(name, name, key, now - CLOCKS_DIFFER, now + AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(constraints, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Identity(builder.sign(key, hashes.SHA256()), key)


def new_certificate(authority: Identity, *, address: IPv4Address, now: datetime) -> Identity:
    """For a server at `address`, vouched for by `authority`, which must be able to."""
    key = ec.generate_private_key(ec.SECP256R1())
    until = min(now + CERTIFICATE_LASTS, authority.certificate.not_valid_after_utc)
    issuer = authority.certificate
    # Where a common name looks like a host's, OpenSSL holds it to the names that the authority may vouch for.
    name = _name(f"EventSync at {address}")
    builder = (
        _builder(name, issuer.subject, key, now - CLOCKS_DIFFER, until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(address)]), critical=False)
        .add_extension(_issued_by(authority), critical=False)
    )
    return Identity(builder.sign(authority.key, hashes.SHA256()), key)


def may_vouch(authority: Identity, *, address: IPv4Address, now: datetime) -> bool:
    """Whether `authority` lasts, and can vouch for a server at `address`."""
    constraints = authority.certificate.extensions.get_extension_for_class(x509.NameConstraints).value
    permitted = [name.value for name in constraints.permitted_subtrees or [] if isinstance(name, x509.IPAddress)]
    return _lasts(authority, now) and any(isinstance(each, IPv4Network) and address in each for each in permitted)


def suits(certificate: Identity, authority: Identity, *, address: IPv4Address, now: datetime) -> bool:
    """Whether a certificate lasts, is of `authority`, and for a server at `address`."""
    names = certificate.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    if not _lasts(certificate, now) or address not in names.get_values_for_type(x509.IPAddress):
        return False
    identifier = certificate.certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    return identifier == _issued_by(authority)


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256, as phones show it: `AB CD …`."""
    return certificate.fingerprint(hashes.SHA256()).hex(" ").upper()


def _lasts(identity: Identity, now: datetime) -> bool:
    certificate = identity.certificate
    return certificate.not_valid_before_utc <= now and now + RENEW_BEFORE < certificate.not_valid_after_utc


def _issued_by(authority: Identity) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())


def _is_local(address: IPv4Address) -> bool:
    return any(address in network for network in LOCAL)


def _name(text: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, text), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "EventSync")]
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, since: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
    )
