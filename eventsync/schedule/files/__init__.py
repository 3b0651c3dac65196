"""Files of schedules that others made, read into what the draft can be compared with."""
