"""Files of schedules, of any kind that is known, read into what the draft can be compared with."""
