"""The fault matrix: real workers, real brokers and databases, fake cities on a socket, and everything that goes wrong.

python -m tests.faults --help
"""
