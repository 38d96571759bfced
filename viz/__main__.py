"""``python -m viz`` is the command ``glassgrad``."""

from .command import main

if __name__ == "__main__":
    main(prog_name="python -m viz")
