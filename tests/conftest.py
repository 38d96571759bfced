"""How the suite runs: no test depends on the load of the machine, and none is left out unsaid."""

import collections
import contextlib
import dataclasses
import os
import signal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

import viz.scene.graphviz
from tests.needs import NIGHTLY

IN_CI = bool(os.environ.get("CI"))

# A shell makes what it runs in the background deaf to Ctrl-C, and so would be what tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A shared machine may pause for a second in any example, so there is no deadline, and hypothesis'
# complaints of what is slow, large or often thrown away are off: they depend on load and on luck.
# How much our strategies throw away is tested by itself; pytest's timeout finds hangs.
PATIENT = settings(
    max_examples=500 if NIGHTLY else 20,
    deadline=None,
    suppress_health_check=[
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
        HealthCheck.large_base_example,
        HealthCheck.too_slow,
    ],
)
settings.register_profile("dev", PATIENT)
# The same examples in every run, so that a failure is the change's own and not the draw's.
settings.register_profile("ci", PATIENT, derandomize=True, print_blob=True)
settings.load_profile("ci" if IN_CI and not NIGHTLY else "dev")

if IN_CI:  # hypothesis tries the numbers that stand in whatever modules a worker has loaded by then
    with contextlib.suppress(AttributeError):
        providers._get_local_constants = lambda: providers._local_constants  # none


@pytest.fixture(scope="session", autouse=True)
def _patient_engines():
    """Pictures may take long on a busy machine; a test of the time limit sets one of its own."""
    run = viz.scene.graphviz._run

    def patient(name, command, job):
        usual = job.timeout > 2.0  # a share of the usual time, or all of it
        return run(name, command, dataclasses.replace(job, timeout=600.0) if usual else job)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(viz.scene.graphviz, "_run", patient)
        yield


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests marked `nightly` wait for the night."""
    late = [] if NIGHTLY else [item for item in items if item.get_closest_marker("nightly")]
    if late:
        config.hook.pytest_deselected(items=late)
        items[:] = [item for item in items if item not in set(late)]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A skipped test holds nothing: in CI, where all that tests need is there, it is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if IN_CI and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests were left out, and why; in CI which."""
    skipped = terminalreporter.stats.get("skipped", ())
    if IN_CI:
        for report in skipped:
            terminalreporter.write_line(f"skipped, which fails in CI: {report.nodeid}", red=True)
    reasons = collections.Counter(
        report.longrepr[2].partition("Skipped: ")[2] for report in skipped
    )
    for reason, count in reasons.items():
        tests = "1 test was" if count == 1 else f"{count} tests were"
        terminalreporter.write_line(f"{tests} left out: {reason}", yellow=True)
