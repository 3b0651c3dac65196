"""A day at the door without people: headless devices, a network with faults, and a reckoning at the end."""
