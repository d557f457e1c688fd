"""Runs first on the device: makes room before anything is loaded. The scale itself starts in main.py."""

import gc

gc.collect()
gc.threshold(16384)  # small steps, so that no collection holds up a conversion
