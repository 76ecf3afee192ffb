"""A `mix` that is stopped says what it keeps."""

from pathlib import Path

import pytest

from corpuskit import Mix, Settings
from corpuskit.mix.engine.run import MixRun
from tests.conftest import texts

RECIPE = "sources:\n  a: {from: files, inputs: [in.jsonl], origin: licensed, license: CC0-1.0}\n"


@pytest.mark.parametrize("has_tasks", [True, False])
def test_a_stopped_mix_says_what_it_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], has_tasks: bool
) -> None:
    def stopped(run: MixRun) -> None:
        if has_tasks:
            (run.output.work / "tasks" / "re" / "read").mkdir(parents=True)
        raise KeyboardInterrupt

    monkeypatch.setattr(MixRun, "publish", stopped)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").write_bytes(texts("a", "b"))
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    with pytest.raises(KeyboardInterrupt):
        Mix(no_cache=True).execute(["recipe.yaml"], Settings(output=tmp_path / "out", jobs=1))
    assert ("the finished tasks stay in" in capsys.readouterr().err) == has_tasks
    assert (tmp_path / "out" / ".staging" / "work" / "tasks" / "re" / "read").exists() == has_tasks
