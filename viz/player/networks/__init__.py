"""Views of networks: rows and neurons of a small one, layers and units of a large one."""
