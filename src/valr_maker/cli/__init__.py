"""The command line: parse, call, show, exit code. It holds no state and no logic of trading."""
