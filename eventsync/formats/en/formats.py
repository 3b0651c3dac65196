"""How the desk writes moments that are of no event: with the zone that they are told in."""

DATETIME_FORMAT = "D d M Y, H:i T"
