"""The pytest plugin: ``--gradcheck-report DIR`` writes down every gradient check that failed.

Pytest loads it at every start, in any project, so it imports nothing of ours until a test has
failed with a `GradientMismatch`; and stands outside our packages, whose ``__init__`` would import
them. PYTEST_DONT_REWRITE: it has no assertions.
"""

import os
import sys

import pytest

TYPE_CHECKING = False  # typing's own would have to be imported
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

OPTION = "gradcheck_report"
_HEADLINE = "gradient check"


def pytest_addoption(parser: "pytest.Parser") -> None:
    """Add ``--gradcheck-report``."""
    parser.getgroup("glassgrad").addoption(
        "--gradcheck-report",
        metavar="DIR",
        default=None,
        help="write the source, the table and pictures of every gradient check that fails to DIR",
    )


def pytest_configure(config: "pytest.Config") -> None:
    """Collect failures, if a report is wanted; under xdist its workers are told the same folder."""
    folder = config.getoption(OPTION)
    if folder is not None:
        config.option.gradcheck_report = folder = os.path.abspath(folder)
        config.pluginmanager.register(_Report(config, folder), "glassgrad-report")


class _Report:
    """One run of pytest, or one worker of it."""

    def __init__(self, config: "pytest.Config", folder: str) -> None:
        self.folder = folder
        self.is_worker = hasattr(config, "workerinput")
        self.failures: list[tuple[str, str]] = []
        self.told = ""

    @pytest.hookimpl(hookwrapper=True)  # any pytest that a user may have knows this form
    def pytest_runtest_makereport(
        self, item: "pytest.Item", call: "pytest.CallInfo[None]"
    ) -> "Generator[None, Any, None]":
        """Where the test ran: write the report."""
        report: pytest.TestReport = (yield).get_result()
        # A mismatch has been raised only if somebody has imported what raises it.
        checked = "autograd.testing.outcome" in sys.modules
        if checked and report.failed and call.excinfo is not None:
            try:
                from viz.gradcheck_report import report_test  # noqa: PLC0415

                pages = report_test(call.excinfo.value, self.folder, item.nodeid)
            except Exception as error:  # noqa: BLE001 - the test's own failure is what matters
                said = f"no report could be written: {type(error).__name__}: {error}"
                report.sections.append((_HEADLINE, said))
            else:
                # Properties travel from xdist's workers to the one who prints.
                report.user_properties += [(OPTION, page) for page in pages]
                report.sections += [(_HEADLINE, f"written to {page}") for page in pages]

    def pytest_runtest_logreport(self, report: "pytest.TestReport") -> None:
        """Where results are gathered: remember the pages."""
        self.failures += [
            (report.nodeid, str(page)) for name, page in report.user_properties if name == OPTION
        ]

    def pytest_sessionfinish(self) -> None:
        """List this run's failures in one page, written once and not by workers."""
        listed = os.path.join(self.folder, "index.html")
        if self.is_worker or not (self.failures or os.path.exists(listed)):
            return
        count = len(set(self.failures))
        self.told = f"{count} gradient check{'s'[: count != 1]} failed"
        try:
            from viz.gradcheck_report import write_index  # noqa: PLC0415

            self.told += f": {write_index(self.folder, sorted(set(self.failures)))}"
        except Exception as error:  # noqa: BLE001 - the run's own result is what matters
            self.told += f", and no list could be written: {type(error).__name__}: {error}"

    def pytest_terminal_summary(self, terminalreporter: "Any") -> None:
        """Say where it is."""
        if self.failures:
            terminalreporter.write_line(self.told)
