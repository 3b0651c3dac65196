"""Which addresses a request of ours may go to: never into our own network, unless a setting allows it."""

import ipaddress
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def objection(url: str, *, private: bool) -> str:
    """Why nothing can ever go to this URL, as a sentence; empty when its host is a name, which is looked up each time.

    `private`: addresses of our own network may be.
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return not_public(ipaddress.ip_address(host), private=private)
    except ValueError:
        ours = host == "localhost" or host.endswith(".localhost")
        return _refusal(host) if ours and not private else ""


def not_public(address: Address, *, private: bool) -> str:
    """Why nothing may go to this address; empty when it may."""
    mapped = getattr(address, "ipv4_mapped", None) or address
    return _refusal(address) if not private and not (mapped.is_global and not mapped.is_multicast) else ""


def _refusal(host: object) -> str:
    return f"{host} is not a public address; EVENTSYNC_WEBHOOKS_PRIVATE=1 would allow it."
