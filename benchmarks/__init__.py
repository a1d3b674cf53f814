"""Benchmarks: ratios from one run, each against a baseline that is measured in turn with it."""
