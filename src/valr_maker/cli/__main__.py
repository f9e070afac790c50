"""`python -m valr_maker.cli`: the same as the command `valr-maker`."""

from valr_maker.cli.start import main

main()
