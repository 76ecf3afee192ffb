"""corpuskit: the Unix toolkit for building language-model training corpora.

Everything that programs and packages of your own need is imported from here; modules below may move. Names are looked
up when they are first used: `import corpuskit` imports no other module, not even of the standard library.
"""

TYPE_CHECKING = False  # type checkers take a variable of this name for true; `typing` itself takes 2 ms to import
if TYPE_CHECKING:
    from typing import Any

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
    from corpuskit.core.outcome import Made as Made
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
    from corpuskit.core.sharded_run import Resolution as Resolution
    from corpuskit.core.sharded_run import ShardedRun as ShardedRun
    from corpuskit.core.sharded_run import VerdictPart as VerdictPart
    from corpuskit.core.step import Command as Command
    from corpuskit.core.step import CorpusStage as CorpusStage
    from corpuskit.core.step import Report as Report
    from corpuskit.core.step import Sink as Sink
    from corpuskit.core.step import Source as Source
    from corpuskit.core.step import Split as Split
    from corpuskit.core.step import Stage as Stage
    from corpuskit.core.step import Step as Step
    from corpuskit.core.stream.flow import Flow as Flow
    from corpuskit.core.stream.limits import EmptyResultError as EmptyResultError
    from corpuskit.core.stream.run import StepRun as StepRun
    from corpuskit.mix.cache import Cache as Cache
    from corpuskit.mix.fit import Fit as Fit
    from corpuskit.mix.mix import Mix as Mix
    from corpuskit.mix.recipe.recipe import Recipe as Recipe
    from corpuskit.mix.recipe.recipe import load_recipe as load_recipe
    from corpuskit.mix.reweigh import Reweigh as Reweigh
    from corpuskit.mix.status import Status as Status
    from corpuskit.product.aggregate_labels import AggregateLabels as AggregateLabels
    from corpuskit.product.events import Events as Events
    from corpuskit.product.signals import Signals as Signals
    from corpuskit.product.train_quality import TrainQuality as TrainQuality
    from corpuskit.retrieval.chunk import Chunk as Chunk
    from corpuskit.retrieval.index import SearchIndex as SearchIndex
    from corpuskit.retrieval.search import IndexSearch as IndexSearch
    from corpuskit.sources.books import Books as Books
    from corpuskit.sources.code import Code as Code
    from corpuskit.sources.fetch_warc import FetchWarc as FetchWarc
    from corpuskit.sources.files import Files as Files
    from corpuskit.sources.hub import Hub as Hub
    from corpuskit.sources.papers import Papers as Papers
    from corpuskit.sources.wikipedia import Wikipedia as Wikipedia
    from corpuskit.stages.count import Count as Count
    from corpuskit.stages.decontaminate import Decontaminate as Decontaminate
    from corpuskit.stages.dedup import Dedup as Dedup
    from corpuskit.stages.dedup_index import DedupIndex as DedupIndex
    from corpuskit.stages.export import Export as Export
    from corpuskit.stages.extract import Extract as Extract
    from corpuskit.stages.filter_audience import FilterAudience as FilterAudience
    from corpuskit.stages.filter_language import FilterLanguage as FilterLanguage
    from corpuskit.stages.filter_license import FilterLicense as FilterLicense
    from corpuskit.stages.filter_quality import FilterQuality as FilterQuality
    from corpuskit.stages.filter_rights import FilterRights as FilterRights
    from corpuskit.stages.filter_takedown import FilterTakedown as FilterTakedown
    from corpuskit.stages.filter_url import FilterUrl as FilterUrl
    from corpuskit.stages.head import Head as Head
    from corpuskit.stages.repair_text import RepairText as RepairText
    from corpuskit.stages.require_masked import RequireMasked as RequireMasked
    from corpuskit.stages.sample import Sample as Sample
    from corpuskit.stages.scrub_pii import ScrubPii as ScrubPii
    from corpuskit.stages.through import Through as Through
    from corpuskit.synthetic.synth_check import SynthCheck as SynthCheck
    from corpuskit.synthetic.synth_gaps import SynthGaps as SynthGaps
    from corpuskit.synthetic.synth_plan import SynthPlan as SynthPlan
    from corpuskit.synthetic.synth_run import SynthRun as SynthRun
    from corpuskit.trust.diff import Diff as Diff
    from corpuskit.trust.explain import Explain as Explain
    from corpuskit.trust.report import DatasetReport as DatasetReport
    from corpuskit.trust.rights_table import RightsTable as RightsTable
    from corpuskit.trust.stats import Stats as Stats
    from corpuskit.trust.takedown import Takedown as Takedown
    from corpuskit.trust.verify import Verify as Verify

__version__ = "0.1.0"

_MODULES = {
    "ORIGINS": "corpuskit.core.document",
    "Document": "corpuskit.core.document",
    "Reject": "corpuskit.core.document",
    "decode": "corpuskit.core.document",
    "encode": "corpuskit.core.document",
    "CorpuskitError": "corpuskit.core.errors",
    "DamagedError": "corpuskit.core.errors",
    "EmptyResultError": "corpuskit.core.stream.limits",
    "PublishError": "corpuskit.core.errors",
    "RefusedError": "corpuskit.core.errors",
    "RemoteError": "corpuskit.core.errors",
    "UpstreamError": "corpuskit.core.errors",
    "UsageError": "corpuskit.core.errors",
    "RUNTIME": "corpuskit.core.options",
    "Option": "corpuskit.core.options",
    "build_step": "corpuskit.core.options",
    "Drop": "corpuskit.core.outcome",
    "Item": "corpuskit.core.outcome",
    "Made": "corpuskit.core.outcome",
    "Rejected": "corpuskit.core.outcome",
    "Decision": "corpuskit.core.provenance.entries",
    "Manifest": "corpuskit.core.provenance.entries",
    "read_manifest": "corpuskit.core.provenance.manifest",
    "Verdict": "corpuskit.core.provenance.verdicts",
    "Dataset": "corpuskit.core.publish.dataset",
    "Input": "corpuskit.core.reading.inputs",
    "resolve": "corpuskit.core.reading.resolve",
    "find_format": "corpuskit.core.registry",
    "find_step": "corpuskit.core.registry",
    "format_names": "corpuskit.core.registry",
    "step_names": "corpuskit.core.registry",
    "Settings": "corpuskit.core.settings",
    "Tags": "corpuskit.core.settings",
    "Command": "corpuskit.core.step",
    "CorpusStage": "corpuskit.core.step",
    "Report": "corpuskit.core.step",
    "Resolution": "corpuskit.core.sharded_run",
    "ShardedRun": "corpuskit.core.sharded_run",
    "Sink": "corpuskit.core.step",
    "Source": "corpuskit.core.step",
    "Split": "corpuskit.core.step",
    "Stage": "corpuskit.core.step",
    "Step": "corpuskit.core.step",
    "VerdictPart": "corpuskit.core.sharded_run",
    "Flow": "corpuskit.core.stream.flow",
    "StepRun": "corpuskit.core.stream.run",
    "Cache": "corpuskit.mix.cache",
    "Fit": "corpuskit.mix.fit",
    "Mix": "corpuskit.mix.mix",
    "Reweigh": "corpuskit.mix.reweigh",
    "Recipe": "corpuskit.mix.recipe.recipe",
    "load_recipe": "corpuskit.mix.recipe.recipe",
    "Status": "corpuskit.mix.status",
    "AggregateLabels": "corpuskit.product.aggregate_labels",
    "Events": "corpuskit.product.events",
    "Signals": "corpuskit.product.signals",
    "TrainQuality": "corpuskit.product.train_quality",
    "Chunk": "corpuskit.retrieval.chunk",
    "SearchIndex": "corpuskit.retrieval.index",
    "IndexSearch": "corpuskit.retrieval.search",
    "Books": "corpuskit.sources.books",
    "Code": "corpuskit.sources.code",
    "FetchWarc": "corpuskit.sources.fetch_warc",
    "Files": "corpuskit.sources.files",
    "Hub": "corpuskit.sources.hub",
    "Papers": "corpuskit.sources.papers",
    "Wikipedia": "corpuskit.sources.wikipedia",
    "Count": "corpuskit.stages.count",
    "Decontaminate": "corpuskit.stages.decontaminate",
    "Dedup": "corpuskit.stages.dedup",
    "DedupIndex": "corpuskit.stages.dedup_index",
    "Export": "corpuskit.stages.export",
    "Extract": "corpuskit.stages.extract",
    "FilterAudience": "corpuskit.stages.filter_audience",
    "FilterLanguage": "corpuskit.stages.filter_language",
    "FilterLicense": "corpuskit.stages.filter_license",
    "FilterQuality": "corpuskit.stages.filter_quality",
    "FilterRights": "corpuskit.stages.filter_rights",
    "FilterTakedown": "corpuskit.stages.filter_takedown",
    "FilterUrl": "corpuskit.stages.filter_url",
    "Head": "corpuskit.stages.head",
    "RepairText": "corpuskit.stages.repair_text",
    "RequireMasked": "corpuskit.stages.require_masked",
    "Sample": "corpuskit.stages.sample",
    "ScrubPii": "corpuskit.stages.scrub_pii",
    "SynthCheck": "corpuskit.synthetic.synth_check",
    "SynthGaps": "corpuskit.synthetic.synth_gaps",
    "SynthPlan": "corpuskit.synthetic.synth_plan",
    "SynthRun": "corpuskit.synthetic.synth_run",
    "Diff": "corpuskit.trust.diff",
    "Explain": "corpuskit.trust.explain",
    "DatasetReport": "corpuskit.trust.report",
    "RightsTable": "corpuskit.trust.rights_table",
    "Stats": "corpuskit.trust.stats",
    "Takedown": "corpuskit.trust.takedown",
    "Through": "corpuskit.stages.through",
    "Verify": "corpuskit.trust.verify",
}
"""Modules of the public names, which the imports at the top give to type checkers."""


def __getattr__(name: str) -> "Any":
    """Import a public name when it is first used."""
    if name == "__all__":  # asked for by `from corpuskit import *` and `help`
        return sorted(_MODULES)
    module = _MODULES.get(name)
    if module is None:
        from corpuskit.core.wording import did_you_mean

        near = "" if name.startswith("_") else did_you_mean(name, _MODULES)
        raise AttributeError(f"module 'corpuskit' has no attribute {name!r}{near}")
    from importlib import import_module

    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return ["__version__", *sorted(_MODULES)]
