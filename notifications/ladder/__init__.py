"""What is critical climbs until somebody has it: push, text message, a call by a person."""
