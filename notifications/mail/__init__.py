"""E-mail: notices on their way to addresses that somebody typed in."""
