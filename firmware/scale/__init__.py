"""The firmware of a scale: one source for MicroPython on the device and for CPython in tests and in the demo."""
