"""valr-maker: market making on the South African crypto exchange VALR. Importing this loads nothing else."""

__version__ = "0.1.0"
