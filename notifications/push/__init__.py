"""Web push: notices on their way to browsers."""
