"""Tasks as ranks of a cluster's jobs."""

import pytest

from corpuskit.core import console


class Speaking:
    """A task that says what is not worth a line to whoever asked for silence."""

    def execute(self) -> None:
        """Say it."""
        console.remark("synth-run", "40 of 80 requests answered")


@pytest.mark.parametrize("quiet", [True, False])
def test_workers_of_a_cluster_are_silent_where_the_run_is(quiet: bool, capsys: pytest.CaptureFixture[str]) -> None:
    from corpuskit.mix.engine.datatrove_ranks import RunTasks

    console.hush("mix", quiet)
    try:
        step = RunTasks([Speaking()])  # type: ignore[list-item]
        console.hush("mix", quiet=False)  # as in a new process
        step.run(None)
        assert ("40 of 80" in capsys.readouterr().err) is not quiet
    finally:
        console.hush("mix", quiet=False)
