"""The last release in the formats of calendars, conference apps and other programs: public, the same for everybody."""
