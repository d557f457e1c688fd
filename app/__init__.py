"""What a person sees: pages, the command line, and what puts the parts together."""
