"""corpuskit: the Unix toolkit for building language-model training corpora.

Everything that programs and packages of your own need is imported from here; modules below may move. Names are looked
up when they are first used, so that `import corpuskit` costs next to nothing.
"""

import importlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corpuskit.core.document import ORIGINS as ORIGINS
    from corpuskit.core.document import Document as Document
    from corpuskit.core.document import Reject as Reject
    from corpuskit.core.document import decode as decode
    from corpuskit.core.document import encode as encode
    from corpuskit.core.errors import CorpuskitError as CorpuskitError
    from corpuskit.core.errors import DamagedError as DamagedError
    from corpuskit.core.errors import PublishError as PublishError
    from corpuskit.core.errors import RefusedError as RefusedError
    from corpuskit.core.errors import RemoteError as RemoteError
    from corpuskit.core.errors import UpstreamError as UpstreamError
    from corpuskit.core.errors import UsageError as UsageError
    from corpuskit.core.options import RUNTIME as RUNTIME
    from corpuskit.core.options import Option as Option
    from corpuskit.core.options import build_step as build_step
    from corpuskit.core.outcome import Drop as Drop
    from corpuskit.core.outcome import Item as Item
    from corpuskit.core.outcome import Rejected as Rejected
    from corpuskit.core.provenance.entries import Decision as Decision
    from corpuskit.core.provenance.entries import Manifest as Manifest
    from corpuskit.core.provenance.manifest import read_manifest as read_manifest
    from corpuskit.core.provenance.verdicts import Verdict as Verdict
    from corpuskit.core.publish.dataset import Dataset as Dataset
    from corpuskit.core.reading.inputs import Input as Input
    from corpuskit.core.reading.resolve import resolve as resolve
    from corpuskit.core.registry import find_format as find_format
    from corpuskit.core.registry import find_step as find_step
    from corpuskit.core.registry import format_names as format_names
    from corpuskit.core.registry import step_names as step_names
    from corpuskit.core.settings import Settings as Settings
    from corpuskit.core.settings import Tags as Tags
    from corpuskit.core.step import Command as Command
    from corpuskit.core.step import CorpusStage as CorpusStage
    from corpuskit.core.step import Report as Report
    from corpuskit.core.step import ShardedRun as ShardedRun
    from corpuskit.core.step import Sink as Sink
    from corpuskit.core.step import Source as Source
    from corpuskit.core.step import Stage as Stage
    from corpuskit.core.step import Step as Step
    from corpuskit.core.stream.flow import Flow as Flow
    from corpuskit.core.stream.run import StepRun as StepRun
    from corpuskit.mix.mix import Mix as Mix
    from corpuskit.mix.recipe.recipe import Recipe as Recipe
    from corpuskit.mix.recipe.recipe import load_recipe as load_recipe
    from corpuskit.mix.status import Status as Status
    from corpuskit.sources.code import Code as Code
    from corpuskit.sources.fetch_warc import FetchWarc as FetchWarc
    from corpuskit.sources.files import Files as Files
    from corpuskit.stages.count import Count as Count
    from corpuskit.stages.dedup import Dedup as Dedup
    from corpuskit.stages.dedup_index import DedupIndex as DedupIndex
    from corpuskit.stages.export import Export as Export
    from corpuskit.stages.extract import Extract as Extract
    from corpuskit.stages.filter_language import FilterLanguage as FilterLanguage
    from corpuskit.stages.filter_license import FilterLicense as FilterLicense
    from corpuskit.stages.filter_quality import FilterQuality as FilterQuality
    from corpuskit.stages.head import Head as Head
    from corpuskit.stages.sample import Sample as Sample
    from corpuskit.stages.scrub_pii import ScrubPii as ScrubPii
    from corpuskit.trust.diff import Diff as Diff
    from corpuskit.trust.explain import Explain as Explain
    from corpuskit.trust.stats import Stats as Stats
    from corpuskit.trust.verify import Verify as Verify

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name == "__all__":  # asked for by `from corpuskit import *` and `help`
        return sorted(_public_names())
    module = _public_names().get(name)
    if module is None:
        from corpuskit.core.wording import did_you_mean

        near = "" if name.startswith("_") else did_you_mean(name, _public_names())
        raise AttributeError(f"module 'corpuskit' has no attribute {name!r}{near}")
    value = getattr(importlib.import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return ["__version__", *sorted(_public_names())]


@cache
def _public_names() -> dict[str, str]:
    """Map public names to their modules, as the imports at the top declare them."""
    import ast

    tree = ast.parse(Path(__file__).read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.name: node.module or "" for node in imports for name in node.names if name.asname == name.name}
