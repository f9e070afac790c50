"""What a bot looks like: in a terminal, and as lines. Fed with `engine.status.Status` and nothing else."""
