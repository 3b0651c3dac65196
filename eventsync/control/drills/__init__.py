"""Drills: a fault is made on purpose, with jobs of its own, to see that alerts come and go and that nothing is lost."""
