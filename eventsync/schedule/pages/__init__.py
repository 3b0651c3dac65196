"""What families read of the last release: pages of plain HTML, complete without scripts, the same for everybody."""
