"""What can be measured here, when a measure is an alert, and where one correlation left its steps."""
