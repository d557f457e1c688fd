"""What holds for every test: hypothesis gives an example the time it takes, because the machine may be busy."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
