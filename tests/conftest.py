"""What holds for every test."""

from hypothesis import settings

# How long an example takes says more about the machine than about the code; a failure prints what repeats it.
settings.register_profile("house", deadline=None, print_blob=True)
settings.load_profile("house")
