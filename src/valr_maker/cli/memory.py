"""What a process that dies leaves of its memory: nothing, because the API key is in it."""


def keep_no_core() -> None:
    """From here on this process and those that it starts write no core dump, however they end.

    Where the system hands dumps to a program of its own (systemd, apport), that program sees the limit and keeps none.
    """
    try:
        import resource
    except ImportError:  # Windows: no limit to set, and no core file either
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
