"""Puts the start-up hook into the wheel; everything else is said in pyproject.toml."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

# Python runs the "import" lines of .pth files in site-packages when it starts. The name sorts after
# "__editable__", so that in an editable install the module can be found by then. An editable
# install whose folder is gone must not print a traceback at every start: hence the try.
NAME = "glassgrad-installation.pth"
LINE = (
    "import sys; exec('try: from _glassgrad_installation import watch"
    "\\nexcept ImportError: pass\\nelse: watch()')\n"
)


class BuildWithHook(build_py):
    """The ordinary build, and the hook at the top of the wheel."""

    def run(self) -> None:
        """Build, then write the hook; an editable wheel takes files only where it installs them."""
        super().run()
        top = self.get_finalized_command("install").install_lib
        Path(top if self.editable_mode else self.build_lib, NAME).write_text(LINE, "utf-8")


setup(cmdclass={"build_py": BuildWithHook})
