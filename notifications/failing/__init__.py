"""What did not arrive, where somebody can do something about it: a letter in the inbox, and an alert."""
