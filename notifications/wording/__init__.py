"""What a lock screen may say: calm, short, and nothing of anybody."""
