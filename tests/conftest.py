"""What holds for every test."""

import signal

from hypothesis import settings

# How long an example takes says more about the machine than about the code; a failure prints what repeats it.
settings.register_profile("house", deadline=None, print_blob=True)
settings.load_profile("house")

# A shell starts what runs in its background deaf to Ctrl-C, nohup deaf to a closed terminal, and children inherit that;
# the tests of both want to be heard.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
