"""What pyproject.toml cannot say: README.md as the page of the package, without its relative links.

In a clone they lead to the files next to README.md; a package index has no such files.
"""

import re
import tomllib
from pathlib import Path

from setuptools import setup


def package_page(readme: str, repository: str = "") -> str:
    """README.md with links into the repository; while none is public, with names of files."""
    if repository:
        linked = re.sub(r"\]\((?!\w+:|#)", f"]({repository}/blob/HEAD/", readme)
        return re.sub(r'(src|srcset)="(?!\w+:)', rf'\1="{repository}/raw/HEAD/', linked)
    text = re.sub(r"<picture>.*?</picture>\n*|<img [^>]*>\n*", "", readme, flags=re.DOTALL)
    return re.sub(
        r"\[([^\]]+)\]\((?!\w+:|#)([^)]+)\)",
        lambda link: link[1] if link[1] == link[2] else f"{link[1]} (`{link[2]}`)",
        text,
    )


if __name__ == "__main__":
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    readme = Path("README.md").read_text(encoding="utf-8")
    setup(
        long_description=package_page(readme, project["urls"].get("Repository", "")),
        long_description_content_type="text/markdown",
    )
