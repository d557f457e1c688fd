"""What runs under the keg, and its simulated twin; a MicroPython subset that CPython runs too."""
