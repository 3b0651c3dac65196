"""From the draft to what families see: freezing, differences, releases."""
