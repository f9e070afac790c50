"""Benchmarks: each file one question, measured side by side in one run. They gate nothing."""
