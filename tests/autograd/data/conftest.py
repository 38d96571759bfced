"""The scripts that record what PyTorch computes need PyTorch, and the tests do not."""

collect_ignore_glob = ["make_*.py"]
