"""How much may go out on a channel that costs money, and how much of that is kept for somebody's safety."""
