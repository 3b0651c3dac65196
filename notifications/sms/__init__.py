"""Text messages: notices on their way to phones that may not be clever."""
