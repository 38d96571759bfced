"""What is in a computation: nodes, groups, neurons, paths. Indices and numbers, no text."""
