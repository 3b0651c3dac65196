"""Safety data: dietary needs, medication, emergency contacts. One true text each, changed with the expected version."""
