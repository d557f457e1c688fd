"""The only modules that name adapters."""
