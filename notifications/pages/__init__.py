"""The page on which somebody says what they want to hear, and reads all that was said."""
