"""What can be done: load, let the domain decide, commit once."""
