"""The arithmetic of the benchmarks: turns, medians, ratios, bars. Nothing here measures a time."""

import json
import statistics
import sys

import pytest

from benchmarks import __main__ as command_line
from benchmarks import data, runner, transformer
from benchmarks.reference import Value as ReferenceValue
from benchmarks.report import Bar, Row, Section, as_json, markdown, page
from benchmarks.runner import BenchmarkError, Job, Plan
from benchmarks.worker import stopwatch


class FakeWorkers:
    """Workers that answer from a list, and remember the order in which they were asked."""

    def __init__(self, **seconds):
        self.seconds = {name: iter(numbers) for name, numbers in seconds.items()}
        self.order = []

    def __call__(self, job):
        self.order.append(job.module)
        return {"seconds": next(self.seconds[job.module])}


def jobs(*names):
    return {name: Job(name) for name in names}


# --- turns ----------------------------------------------------------------------------------------


def test_engines_take_turns():
    workers = FakeWorkers(a=[[1.0]] * 3, b=[[2.0]] * 3)

    runner.alternate(jobs("a", "b"), 3, run=workers)

    assert workers.order == ["a", "b", "a", "b", "a", "b"]


def test_the_reports_of_each_engine_stay_together_in_order():
    workers = FakeWorkers(a=[[1.0], [2.0]], b=[[3.0], [4.0]])

    reports = runner.alternate(jobs("a", "b"), 2, run=workers)

    assert reports == {
        "a": [{"seconds": [1.0]}, {"seconds": [2.0]}],
        "b": [{"seconds": [3.0]}, {"seconds": [4.0]}],
    }


def test_a_job_is_a_command():
    job = Job("benchmarks.cases.mlp", python="/peer/python", engine="micrograd", steps=3)

    assert job.command() == [
        "/peer/python", "-m", "benchmarks.cases.mlp", "--engine", "micrograd", "--steps", "3",
    ]  # fmt: skip


def test_a_job_runs_in_this_python_unless_told_otherwise():
    assert Job("some.module").command()[0] == sys.executable


def test_a_quick_run_is_smaller():
    full, quick = Plan(), Plan(quick=True)

    assert quick.rounds < full.rounds
    assert (full.choose(20, 3), quick.choose(20, 3)) == (20, 3)


# --- real processes, without timing ---------------------------------------------------------------


def worker_module(folder, text):
    """A module that can be started as a worker from another folder."""
    (folder / "worker_for_test.py").write_text(text, encoding="utf-8")
    return Job("worker_for_test", size=3)


def test_a_worker_answers_with_its_last_line(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    job = worker_module(
        tmp_path, "import sys\nprint('hello')\nprint('{\"size\":', sys.argv[2], '}')"
    )

    assert runner.run(job) == {"size": 3}


def test_a_worker_that_fails_says_why(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    job = worker_module(tmp_path, "raise ValueError('no engine')")

    with pytest.raises(
        BenchmarkError, match=r"exit 1: .*worker_for_test --size 3: ValueError: no engine"
    ):
        runner.run(job)


def test_a_worker_that_hangs_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    monkeypatch.setattr(runner, "TIMEOUT", 0.5)
    job = worker_module(tmp_path, "import time\ntime.sleep(3600)")

    with pytest.raises(BenchmarkError, match="no answer in"):
        runner.run(job)


def test_python_path_is_not_handed_on(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    text = "import json, os\nprint(json.dumps({'path': os.environ.get('PYTHONPATH')}))"

    assert runner.run(worker_module(tmp_path, text)) == {"path": None}


# --- numbers --------------------------------------------------------------------------------------


def test_each_round_counts_with_its_median():
    reports = [{"seconds": [9.0, 1.0, 2.0]}, {"seconds": [4.0, 3.0]}]

    assert runner.medians(reports) == [2.0, 3.5]


def test_other_numbers_of_a_report_have_medians_too():
    assert runner.medians([{"free": [1.0, 5.0, 3.0]}], "free") == [3.0]


def test_a_ratio_is_taken_within_each_round():
    slow, fast = [10.0, 80.0, 33.0], [1.0, 8.0, 3.0]

    assert runner.ratio(slow, fast) == 10.0


def test_a_machine_that_slows_down_does_not_move_a_ratio():
    slow, fast = [10.0, 12.0, 11.0], [1.0, 1.2, 1.1]
    busy = [1.0, 5.0, 30.0]

    slowed = runner.ratio(
        [s * b for s, b in zip(slow, busy, strict=True)],
        [f * b for f, b in zip(fast, busy, strict=True)],
    )

    assert slowed == pytest.approx(runner.ratio(slow, fast))


def test_rounds_that_do_not_pair_are_refused():
    with pytest.raises(ValueError, match="shorter"):
        runner.ratio([1.0, 2.0], [1.0])


def test_an_excess_is_taken_within_each_round():
    assert runner.excess([3.0, 103.0, 4.0], [1.0, 100.0, 2.0]) == 2.0


def test_engines_that_agree_pass():
    runner.agree({"a": {"loss": [1.0, 2.0]}, "b": {"loss": [1.0, 2.0 + 1e-13]}}, "loss", 1e-12)


@pytest.mark.parametrize(
    ("other", "complaint"),
    [
        ([1.0, 2.1], "loss of a and b differ: 2.0 and 2.1"),
        ([1.0, float("nan")], "loss of a and b differ: 2.0 and nan"),
        ([1.0], "loss of a and b: 2 and 1 numbers"),
    ],
)
def test_engines_that_disagree_are_not_compared(other, complaint):
    with pytest.raises(BenchmarkError, match=complaint):
        runner.agree({"a": {"loss": [1.0, 2.0]}, "b": {"loss": other}}, "loss", 1e-12)


def test_the_stopwatch_leaves_out_the_first_call():
    ticks = iter([0.0, 100.0, 200.0, 201.0, 300.0, 302.0])

    assert stopwatch(lambda: None, times=2, clock=lambda: next(ticks)) == [1.0, 2.0]


# --- what is written ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bar", "value", "verdict"),
    [
        (Bar("≥", 40.0), 40.0, "met"),
        (Bar("≥", 40.0), 39.9, "short"),
        (Bar("≤", 120.0), 120.0, "met"),
        (Bar("≤", 120.0), 120.1, "short"),
        (Bar("<", 2.0), 1.9, "met"),
        (Bar("<", 2.0), 2.0, "short"),
        (Bar("≥", 40.0), float("nan"), "short"),
        (None, 1.0, ""),
    ],
)
def test_a_bar_is_met_or_missed(bar, value, verdict):
    assert Row("speed", value, "×", bar).verdict == verdict


def section(**changes):
    rows = [Row("fast", 63.47, "×", Bar("≥", 40.0), "26 ms"), Row("small", 0.5, "s")]
    return Section("case", "A title", "What it is.", **{"rows": rows, **changes})


def test_a_section_is_a_table():
    assert markdown(section()).splitlines() == [
        "## A title",
        "",
        "What it is.",
        "",
        "| measured | result | bar | | how |",
        "|---|---:|---:|---|---|",
        "| fast | 63.5× | ≥ 40× | met | 26 ms |",
        "| small | 0.5 s |  |  |  |",
    ]


def test_what_could_not_be_measured_says_why():
    text = markdown(section(rows=[], error="exit 1: no engine"))

    assert "**Not measured:** exit 1: no engine" in text
    assert "|" not in text


def test_the_page_names_the_machine():
    text = page("Processor X, CPython 3.11.7", [section(seconds=90.0)])

    assert "Machine: Processor X, CPython 3.11.7; 1.5 minutes." in text
    assert markdown(section()) in text


def test_json_holds_every_number():
    plain = json.loads(json.dumps(as_json("Processor X", [section()])))

    assert plain["machine"] == "Processor X"
    assert plain["cases"][0]["rows"][0] == {
        "what": "fast", "value": 63.47, "unit": "×", "bar": ["≥", 40.0], "verdict": "met",
        "detail": "26 ms",
    }  # fmt: skip


# --- the command line -----------------------------------------------------------------------------


class FakeCase:
    """Fast.

    It measures nothing.
    """

    def __init__(self, error=None, value=1.0):
        self.__doc__ = type(self).__doc__
        self.error, self.value = error, value

    def measure(self, plan):
        self.plan = plan
        yield Row("something", self.value, "×", Bar("≥", 2.0))
        if self.error is not None:
            raise self.error


@pytest.fixture
def cases(monkeypatch, tmp_path):
    fakes = {"good": FakeCase(value=3.0), "slow": FakeCase(value=1.0)}
    monkeypatch.setattr(command_line, "CASES", fakes)
    monkeypatch.setattr(command_line, "RESULTS", tmp_path / "RESULTS.md")
    monkeypatch.setattr(command_line, "ROOT", tmp_path)
    monkeypatch.setattr(command_line.machine, "pin", lambda: "not pinned")
    return fakes


@pytest.mark.usefixtures("cases")
def test_a_missed_bar_is_no_error(capsys):
    assert command_line.main(["--only", "slow"]) == 0
    assert "| something | 1× | ≥ 2× | short |  |" in capsys.readouterr().out


def test_what_was_measured_before_an_error_is_kept(cases, capsys):
    cases["broken"] = FakeCase(error=BenchmarkError("no network"))

    assert command_line.main(["--only", "broken", "good"]) == 1
    printed = capsys.readouterr().out
    assert printed.count("| something |") == 2
    assert "**Not measured:** no network" in printed


def test_a_case_gets_the_plan(cases, tmp_path):
    names = tmp_path / "names.txt"
    names.write_text("ada\n", encoding="utf-8")

    command_line.main(["--quick", "--names", str(names)])

    assert cases["good"].plan == Plan(quick=True, names=str(names))


@pytest.mark.usefixtures("cases")
def test_a_whole_run_is_written(tmp_path):
    command_line.main(["--write", "--json", str(tmp_path / "results.json")])

    assert "| something | 3× | ≥ 2× | met |  |" in (tmp_path / "RESULTS.md").read_text("utf-8")
    assert len(json.loads((tmp_path / "results.json").read_text("utf-8"))["cases"]) == 2


@pytest.mark.usefixtures("cases")
@pytest.mark.parametrize("part", [["--quick"], ["--only", "good"]])
def test_a_part_of_a_run_is_not_written(part, tmp_path, capsys):
    with pytest.raises(SystemExit):
        command_line.main(["--write", *part])

    assert "leave out --quick and --only" in capsys.readouterr().err
    assert not (tmp_path / "RESULTS.md").exists()


@pytest.mark.usefixtures("cases")
def test_a_file_of_names_that_is_not_there_is_refused(capsys):
    with pytest.raises(SystemExit):
        command_line.main(["--names", "nowhere.txt"])

    assert "there is no file" in capsys.readouterr().err


def test_every_case_says_what_it_measures():
    for name in command_line.CASES:
        title, about = command_line.said(name)

        assert title
        assert about


# --- what is measured -----------------------------------------------------------------------------


def test_moons_are_the_same_every_time():
    assert data.moons(100) == data.moons(100)
    assert sum(data.moons(100)[1]) == 0.0


def test_invented_names_are_as_long_as_names_are():
    lengths = [len(name) for name in data.names()]

    assert len(lengths) == len(set(data.names()))
    assert 5.5 <= statistics.fmean(lengths) <= 6.5


def test_the_reference_differentiates():
    x, y = ReferenceValue(3.0), ReferenceValue(-2.0)

    ((x * y + x / y - 1.0).exp() + x.log() * y.relu() + (2.0 - x) ** 2).backward()

    z = 2.718281828459045 ** (3.0 * -2.0 + 3.0 / -2.0 - 1.0)
    assert x.grad == pytest.approx(z * (-2.0 + 1 / -2.0) - 2.0 * (2.0 - 3.0))
    assert y.grad == pytest.approx(z * (3.0 - 3.0 / 4.0))


def test_the_transformer_has_the_size_that_microgpt_has():
    alphabet = ["abcdefghijklmnopqrstuvwxyz"]

    assert len(transformer.Transformer(ReferenceValue, alphabet).parameters) == 4192


def test_the_transformer_learns():
    model = transformer.Transformer(ReferenceValue, ["aba"])

    losses = [model.step(number)[0] for number in range(4)]

    assert losses == sorted(losses, reverse=True)
