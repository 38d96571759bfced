"""The tests mirror the packages; each folder is one too: `tests.autograd` is no `autograd`."""
