"""Benchmarks that run our path and the named peer side by side, in one run."""
