"""Why an operation was flagged, and why somebody was sent away, for a person (docs/protocol.md, sections 3 and 8)."""

WHY = {
    "second_admission": "This person was admitted here before. Both arrivals are kept; the earlier one counts.",
    "unknown_person": "Nobody on the roster has this code or id. Counted as unidentified until somebody gets it.",
    "revoked_credential": "The code was withdrawn, perhaps because the wristband was lost. The person was counted.",
    "replaced_credential": "The person has a newer code than this one. The person was counted.",
    "credential_taken": "The wristband was somebody else's already and stays theirs; this person has none yet.",
    "wrong_scope": "Recorded by a phone that was enrolled for another venue. It counts all the same.",
    "not_admitted": "The checkpoint is for other roles or delegations. The person was let in, and counted.",
    "cancelled": "The person had been cancelled. The arrival counts: whoever is here is here.",
    "unpaid": "The person had not paid. The arrival counts.",
    "slot_taken": "Somebody else has this bed, seat or thing as well. Both are kept: find out who should have it.",
    "on_hold": "The person was on hold: somebody should have been called first. The arrival counts.",
    "clock_suspect": "The time may be wrong: the phone's clock was minutes off, or far from the event's dates.",
    "outside_window": "It happened outside all time windows of the checkpoint, so it counts for none of them.",
    "no_effect": "It changed no headcount: a leave where only arrivals count, or an undo of what cannot be undone.",
    "device_revoked": "The phone had been revoked when it delivered this. What it recorded is kept.",
    "override": "The phone warned, and whoever was at the door let the person in; the reason says why.",
    "paper": "Typed in from a paper list after the fact.",
    "unseen": "The person had gone, and nobody recorded it then. Somebody said so later; when it was is not known.",
}

REFUSALS = {
    "not_admitted": "The checkpoint is for others.",
    "cancelled": "Cancelled.",
    "unpaid": "Not paid.",
    "on_hold": "On hold: somebody had to be called first.",
    "already_here": "Was here already.",
    "revoked": "The code was withdrawn.",
    "unknown_person": "Not on the list.",
    "full": "No place was free.",
    "other": "Another reason.",
}
