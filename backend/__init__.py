"""Readings in, levels out: the domain, its use cases, and the parts that store and carry."""
