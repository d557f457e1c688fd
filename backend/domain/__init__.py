"""The rules of the bar: standard library only, pure functions over frozen values."""
