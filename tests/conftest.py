"""How the whole suite runs: hypothesis' profiles, and no test left out in CI."""

import os

import pytest
from hypothesis import settings

IN_CI = bool(os.environ.get("CI"))

# No deadline: a shared machine may pause for a second in any example; pytest's timeout finds hangs.
settings.register_profile("dev", deadline=None)
# The same examples in every run, so that a failure is the change's own and not the draw's.
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if IN_CI else "dev")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A skipped test holds nothing: in CI, where all that tests need is there, it is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if IN_CI and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say so, with the names."""
    if IN_CI:
        for report in terminalreporter.stats.get("skipped", ()):
            terminalreporter.write_line(f"skipped, which fails in CI: {report.nodeid}", red=True)
