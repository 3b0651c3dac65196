"""What changed in the plan, as notices."""
