"""One row of pretix's export of order positions: is it somebody who is expected, and who?"""

from dataclasses import dataclass

from checkin.models import Standing

_EXPECTED = {"paid"}
_WAITING = {"pending"}
_GONE = {"canceled", "cancelled", "expired"}


@dataclass(frozen=True, slots=True)
class Position:
    """A ticket, and the standing that its status means.

    `refused` and `skipped` are sentences about `field`; at most one of them is set.
    """

    number: str
    name: str = ""
    role: str = ""
    standing: str | None = None
    warnings: tuple[tuple[str, str], ...] = ()
    field: str = ""
    skipped: str = ""
    refused: str = ""


def position_of(values: dict[str, str]) -> Position:
    order, position = values["order"].strip(), values["position"].strip()
    if not order or not position:
        return Position("", field="position" if order else "order", refused="It is empty.")
    number = f"{order}-{position}"
    status = values["status"].strip().casefold()
    if status in _GONE:
        return Position(number, standing=Standing.CANCELLED, field="status", skipped=f"The ticket is {status}.")
    if status not in _EXPECTED | _WAITING:
        message = f"The status “{values['status'].strip()}” is not known; export from pretix in English."
        return Position(number, field="status", refused=message)
    return _named(number, status, values)


def _named(number: str, status: str, values: dict[str, str]) -> Position:
    warnings = [("status", "The ticket is not paid yet.")] if status in _WAITING else []
    if values["blocked"].strip():
        warnings.append(("blocked", "The ticket is blocked in pretix."))
    name = values["name"]
    if not name.strip():
        if values["addon"].strip() or not values["payer"].strip():
            return Position(number, field="name", skipped=_nobody(values))
        name = values["payer"]
        warnings.append(("name", "The ticket has no attendee; the name on the invoice was taken."))
    standing = Standing.UNPAID if status in _WAITING else Standing.EXPECTED
    return Position(number, name, _role(values), standing, tuple(warnings))


def _nobody(values: dict[str, str]) -> str:
    kind = "add-on" if values["addon"].strip() else "ticket"
    return f"The {kind} “{_role(values)}” is for nobody by name."


def _role(values: dict[str, str]) -> str:
    return ", ".join(filter(None, (values["product"].strip(), values["variation"].strip())))
