"""Benchmarks. Each holds two ways of doing one thing against each other in one run; only the ratio is meant."""
