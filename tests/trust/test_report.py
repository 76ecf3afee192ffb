"""report: every figure in a report is that of the dataset, and what anyone wrote into a document stays text."""

import csv
import json
import os
import random
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from corpuskit.core.errors import DamagedError, UsageError
from corpuskit.core.publish.dataset import Dataset
from corpuskit.core.settings import Settings
from corpuskit.trust.report import DatasetReport
from corpuskit.trust.reports.figures import read_figures
from tests.conftest import Run, environment_of, lines_of

ORIGINS = {
    "public_dataset": {"license": "CC-BY-4.0", "license_evidence": "https://example.org/encyclopedia"},
    "licensed": {"license": "LicenseRef-Contract"},
    "private_third_party": {"license": "LicenseRef-Partner"},
    "crawl": {"license": "LicenseRef-Web"},
    "user_model": {"license": "LicenseRef-Users"},
    "user_product": {"license": "LicenseRef-Users"},
    "synthetic": {"license": "CC0-1.0"},
}


def documents_of(origin: str, number: int = 6) -> list[dict[str, Any]]:
    """Documents of one origin, all of them different."""
    documents = []
    for index in range(number):
        metadata: dict[str, Any] = {"source": f"src-{origin}", "origin": origin, **ORIGINS[origin]}
        metadata["language"] = ("en", "de", "ja")[index % 3]
        if origin == "crawl":
            host = ("news.example.co.uk", "www.example.co.uk", "example.org")[index % 3]
            metadata |= {"url": f"https://{host}/{index}", "crawl_date": f"2026-0{index % 3 + 3}-01T00:00:00Z"}
            evidence = {"mechanism": "robots.txt", "raw": "x", "train": "disallowed"}
            metadata["rights"] = {"train": "disallowed", "evidence": [evidence]}
        if origin == "synthetic":
            metadata |= {"generator": "example-model-1", "gen_depth": 1}
        documents.append({"id": f"{origin}/{index}", "text": f"{origin} {index} " * (index + 3), "metadata": metadata})
    return documents


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a pipe that built a corpus of all origins, of which documents were dropped and masked."""
    folder = tmp_path_factory.mktemp("built")
    documents = [document for origin in ORIGINS for document in documents_of(origin)]
    documents += [{"id": "copy", "text": documents[0]["text"], "metadata": documents[0]["metadata"]}]
    documents[1]["text"] += "Write to keeper@example.com."
    (folder / "in.jsonl").write_bytes(lines_of(documents))
    pipe = "corpuskit dedup --method exact in.jsonl -q | corpuskit scrub-pii -q"
    script = f"{pipe} | corpuskit export --to jsonl,hf -o corpus -q --shard-documents 9"
    subprocess.run(["bash", "-c", script], cwd=folder, env=environment_of(folder), check=True)
    return folder


@pytest.fixture
def corpus(built: Path, tmp_path: Path) -> Path:
    """A copy of the corpus, and beside it what it was built from and the ledger of that."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    return tmp_path / "corpus"


def page_of(corpus: Path, **options: Any) -> Any:
    """The page on a corpus, parsed."""
    (text,) = DatasetReport(**options).texts([Dataset(corpus)]).values()
    return html.document_fromstring(text)


def rows_of(page: Any, caption: str) -> list[list[str]]:
    """The cells of the table whose caption begins like this."""
    (table,) = (item for item in page.iter("table") if item.findtext("caption").startswith(caption))
    return [[cell.text_content() for cell in row.iter("th", "td")] for row in table.find("tbody")]


def figure(text: str) -> int:
    """A figure as the page writes it."""
    return int(text.replace(",", ""))


def test_the_tables_say_what_manifest_and_documents_say(corpus: Path) -> None:
    manifest, page = Dataset(corpus).manifest, page_of(corpus)
    for row, step in zip(rows_of(page, "Documents that each step took in"), manifest["steps"], strict=True):
        dropped, rejected = sum(step["dropped"].values()), sum(step["rejected"].values())
        counts = [step["in"]["documents"], step["made"], step["out"]["documents"], dropped, rejected]
        assert [row[0], *map(figure, row[2:])] == [step["id"], *counts]
    sources = {row[0]: row[1:] for row in rows_of(page, "Sources")}
    assert sources.keys() == manifest["sources"].keys()
    for name, source in manifest["sources"].items():
        assert [figure(sources[name][3]), figure(sources[name][4])] == [source["documents"], source["tokens"]]
    assert rows_of(page, "Documents left out") == [["duplicate", "1-dedup", "dropped", "1", "2.3%", "copy"]]
    languages = {row[0]: figure(row[1]) for row in rows_of(page, "Documents by language")}
    assert languages == {"de": 14, "en": 14, "ja": 14}
    domains = {row[0]: figure(row[1]) for row in rows_of(page, "Characters by domain")}
    assert domains == {"example.co.uk": 4, "example.org": 2}
    assert rows_of(page, "Documents that a model wrote")[0][:2] == ["example-model-1", "6"]
    assert ["train", "disallowed", "robots.txt", "6"] in [row[:4] for row in rows_of(page, "What declarations say")]
    lengths = rows_of(page, "Documents by length")
    assert sum(figure(row[1]) for row in lengths) == 42


def test_the_page_is_one_file_without_scripts_and_addresses(corpus: Path) -> None:
    (text,) = DatasetReport().texts([Dataset(corpus)]).values()
    page = html.document_fromstring(text)
    assert not list(page.iter("script", "link", "img", "iframe", "object", "form"))
    assert all(link.startswith("#") for _, _, link, _ in page.iterlinks())
    assert "url(" not in text
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for svg in page.iter("svg"):
        if svg.get("role") == "img":
            assert svg.find("title").text == svg.get("aria-label")
    headings = [int(element.tag[1]) for element in page.iter("h1", "h2", "h3")]
    assert headings[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(headings))


def test_what_others_wrote_stays_text(tmp_path: Path, shell: Run) -> None:
    hostile = "</script><script>alert(1)</script>\u202e\x1b[2J|`*_[x](javascript:y)\n# heading"
    documents = [
        {
            "id": f"{number}{hostile}",
            "text": f"{hostile} text {number}",
            "metadata": {
                "source": hostile,
                "license": "MIT",
                "origin": "crawl",
                "url": "https://example.org/" + hostile,
                "language": hostile,
                "generator": hostile,
                "crawl_date": hostile,
            },
        }
        for number in range(3)
    ]
    (tmp_path / "in.jsonl").write_bytes(lines_of([*documents, documents[0]]))
    (tmp_path / "card.yaml").write_text(json.dumps({"title": hostile[:40], "description": hostile}))
    done = shell("corpuskit dedup --method exact in.jsonl -q | corpuskit export --card card.yaml -o corpus -q")
    assert done.returncode == 0, done.stderr
    page = page_of(tmp_path / "corpus", samples=2)
    assert not list(page.iter("script"))
    text = html.tostring(page, encoding="unicode")
    assert "\x1b" not in text
    assert "\u202e" not in text
    files = DatasetReport(as_="eu-summary").texts([Dataset(tmp_path / "corpus")])
    assert all(line.startswith(("|", "#")) or not line for line in files["summary.md"].splitlines())
    assert not re.search(r"(?<!\\)<script", files["summary.md"])
    assert json.loads(*DatasetReport(as_="croissant").texts([Dataset(tmp_path / "corpus")]).values())


@pytest.mark.parametrize("kind", ["html", "card", "croissant", "eu-summary"])
def test_any_changed_digit_is_found(corpus: Path, tmp_path: Path, kind: Any) -> None:
    report = DatasetReport(as_=kind)
    target = tmp_path / "report"
    report.execute([str(corpus)], Settings(output=target, quiet=True))
    check = DatasetReport(as_=kind, check=target)
    assert check.execute([str(corpus)], Settings(quiet=True)) == 0
    files = sorted(target.iterdir()) if target.is_dir() else [target]
    chance = random.Random(kind)
    for _ in range(50):
        path = chance.choice(files)
        whole = path.read_text(encoding="utf-8")
        at = chance.choice([match.start() for match in re.finditer("[0-9]", whole)])
        path.write_text(f"{whole[:at]}{(int(whole[at]) + 1) % 10}{whole[at + 1 :]}", encoding="utf-8")
        with pytest.raises(DamagedError, match="by the dataset"):
            check.execute([str(corpus)], Settings(quiet=True))
        path.write_text(whole, encoding="utf-8")


@pytest.mark.parametrize("kind", ["html", "card", "croissant", "eu-summary"])
def test_a_report_that_is_longer_shorter_or_ends_otherwise_is_told_by_its_line(
    corpus: Path, tmp_path: Path, kind: Any
) -> None:
    target = tmp_path / "report"
    DatasetReport(as_=kind).execute([str(corpus)], Settings(output=target, quiet=True))
    check = DatasetReport(as_=kind, check=target)
    for path in sorted(target.iterdir()) if target.is_dir() else [target]:
        whole = path.read_bytes()
        number = whole.count(b"\n")
        assert whole.endswith(b"\n")
        changes = {
            whole + b"\n": f"line {number + 1} is empty, and by the dataset the report ends before it",
            whole[:-1]: f"line {number} ends without a line feed, and by the dataset with a line feed",
            whole.replace(b"\n", b"\r\n"): "line 1 ends with CR LF, and by the dataset with a line feed",
            b"": "line 1 is missing, and by the dataset is '",
            whole[:-2]: f"line {number} is ",
        }
        for content, message in changes.items():
            path.write_bytes(content)
            with pytest.raises(DamagedError, match=re.escape(message)):
                check.execute([str(corpus)], Settings(quiet=True))
        path.write_bytes(whole)


def test_the_card_is_the_one_that_was_published(corpus: Path) -> None:
    assert DatasetReport(as_="card").texts([Dataset(corpus)])[""] == (corpus / "README.md").read_text(encoding="utf-8")


def test_workers_write_the_same_page(corpus: Path) -> None:
    pages = [DatasetReport(samples=3).texts([Dataset(corpus)], jobs) for jobs in (1, 3)]
    assert pages[0] == pages[1]
    texts = [element.text_content() for element in html.document_fromstring(pages[0][""]).iter("pre")]
    assert len(texts) == 3


def test_samples_are_the_same_in_any_order(tmp_path: Path, shell: Run) -> None:
    documents = documents_of("licensed", 40)
    headings = []
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_bytes(lines_of(documents))
        shell(f"corpuskit export {name}.jsonl -o {name} -q --shard-documents 7")
        page = page_of(tmp_path / name, samples=4)
        headings.append([element.text_content() for element in page.iter("h3")])
        documents.reverse()
    assert headings[0] == headings[1]
    assert len(headings[0]) == 4


def test_changes_since_an_earlier_dataset(corpus: Path, tmp_path: Path, shell: Run) -> None:
    (tmp_path / "less.jsonl").write_bytes(lines_of(documents_of("crawl", 4)))
    shell("corpuskit export less.jsonl -o less -q")
    rows = {row[0]: row[1] for row in rows_of(page_of(corpus, since=tmp_path / "less"), "Documents since")}
    assert rows == {"the same": "4", "added": "38", "removed": "0", "changed": "0"}
    summary = DatasetReport(as_="eu-summary", since=tmp_path / "less").texts([Dataset(corpus)])["summary.md"]
    assert "added src-licensed, src-private\\_third\\_party" in summary
    assert "src-crawl 4 to 6 documents" in summary


def test_a_stream_that_was_cut_has_no_counts(tmp_path: Path, shell: Run) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines_of(documents_of("crawl", 30)))
    shell("corpuskit files in.jsonl -q | corpuskit head -n 5 -q | corpuskit export -o corpus -q")
    page = page_of(tmp_path / "corpus")
    assert rows_of(page, "Documents that each step")[0][2:] == ["", "", "", "", ""]
    assert "no counts, since the stream was cut later" in page.text_content()


def test_an_empty_dataset_has_a_page(tmp_path: Path, shell: Run) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines_of(documents_of("crawl", 2)))
    shell("corpuskit filter-license --allow MIT in.jsonl --allow-empty -o none -q")
    assert rows_of(page_of(tmp_path / "none"), "Documents left out")[0][:4] == [
        "license",
        "1-filter-license",
        "dropped",
        "2",
    ]
    for kind in ("card", "croissant", "eu-summary"):
        assert DatasetReport(as_=kind).texts([Dataset(tmp_path / "none")])


def test_a_single_file_has_a_page_and_no_card(tmp_path: Path, shell: Run) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines_of(documents_of("crawl", 2)))
    shell("corpuskit export in.jsonl -o one.parquet -q")
    assert page_of(tmp_path / "one.parquet") is not None
    content = json.loads(DatasetReport(as_="croissant").texts([Dataset(tmp_path / "one.parquet")])[""])
    assert [file["contentUrl"] for file in content["distribution"][:2]] == ["one.parquet.manifest.json", "one.parquet"]
    done = shell("corpuskit report one.parquet --as card")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"is a single file" in done.stderr


def test_the_summary_of_all_origins_fills_what_can_be_computed(corpus: Path) -> None:
    files = DatasetReport(as_="eu-summary").texts([Dataset(corpus)])
    sections = {section["section"]: section for section in json.loads(files["summary.json"])}
    data = sections["1.3"]["entries"]
    tokens = sum(source["tokens"] for source in Dataset(corpus).manifest["sources"].values())
    assert data["Size of the training data"] == "less than 1 billion tokens"
    assert data["Tokens"] == f"{tokens:,}, counted as estimate, in 42 documents"
    assert data["Latest acquisition"].startswith("05/2026")
    assert data["Official languages of the Union"] == "de, en"
    assert {row["Language"]: row["Documents"] for row in sections["1.3"]["rows"]} == {"de": 14, "en": 14, "ja": 14}
    assert sections["2.1"]["rows"][0]["Link"] == "https://example.org/encyclopedia"
    for number in ("2.1", "2.2.1", "2.2.2", "2.3", "2.5"):
        assert sections[number]["entries"]["Used"] == "yes", number
        assert sections[number]["rows"][0]["Documents"] == 6
    assert sections["2.3"]["entries"]["Period"] == "03/2026 to 05/2026"
    assert set(list(sections["2.4"]["entries"].values())[:2]) == {"yes"}
    assert sections["2.5"]["entries"]["Models that the documents name"] == "example-model-1"
    assert sections["2.6"]["entries"]["Used"].startswith("no")
    assert sections["3.1"]["rows"][0]["Mechanism"] == "robots.txt"
    assert "duplicate 1" in sections["3.3"]["entries"]["Duplicates"]
    assert [*csv.reader(files["domains.csv"].splitlines())][1][0] == "example.co.uk"
    assert len(files["domains.csv"].splitlines()) == 2


def test_a_summary_of_several_datasets_adds_them_up(corpus: Path, tmp_path: Path, shell: Run) -> None:
    (tmp_path / "more.jsonl").write_bytes(lines_of(documents_of("crawl", 4)))
    shell("corpuskit export more.jsonl -o more -q")
    files = DatasetReport(as_="eu-summary").texts([Dataset(corpus), Dataset(tmp_path / "more")])
    sections = {section["section"]: section for section in json.loads(files["summary.json"])}
    assert [row["Documents"] for row in sections["2.3"]["rows"]] == [6, 4]
    assert "in 46 documents" in sections["1.3"]["entries"]["Tokens"]


def test_facts_stand_where_they_belong(corpus: Path, tmp_path: Path, shell: Run) -> None:
    facts = """
        provider: {name: Example Provider, contact: contact@example.org}
        model: {names: [example-1, example-1-chat], market_date: 2026-11-01}
        public_datasets: {links: {src-public_dataset: "https://example.org/dump"}}
        crawl: {crawlers: ExampleBot, small_provider: true}
        processing: {code_of_practice: false}
    """
    (tmp_path / "facts.yaml").write_text(facts)
    done = shell("corpuskit report corpus --as eu-summary --facts facts.yaml -o summary")
    assert done.returncode == 0, done.stderr
    sections = {item["section"]: item for item in json.loads((tmp_path / "summary/summary.json").read_bytes())}
    assert sections["1.2"]["entries"]["Model and version"] == "example-1; example-1-chat"
    assert sections["1.2"]["entries"]["On the Union market since"] == "2026-11-01"
    assert sections["2.1"]["rows"][0]["Link"] == "https://example.org/dump"
    assert sections["2.3"]["entries"]["Crawlers"] == "ExampleBot"
    assert sections["3.1"]["entries"]["Signatory of the Code of Practice"] == "no"
    assert shell("corpuskit report corpus --as eu-summary --facts facts.yaml --check summary").returncode == 0
    assert shell("corpuskit report corpus --as eu-summary --check summary").returncode == 3


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ("providr: {}", "`providr` is no section (did you mean `provider`?)"),
        ("provider: {nam: x}", "`provider.nam` is no fact (did you mean `name`?)"),
        ("provider: x", "`provider` must be a mapping with the keys name"),
        ("crawl: {small_provider: maybe}", "`crawl.small_provider` must be true or false, not 'maybe'"),
        ("public_datasets: {links: [a]}", "must map sources to addresses"),
        ("model: {names: {a: b}}", "`model.names` must be text, or a list of texts"),
        ("- a", "must be a mapping with the sections"),
        ("a: [", "is not YAML"),
        ("provider: {name: x}\nprovider: {name: y}", "facts.yaml:2: is not YAML: the key 'provider' stands twice"),
        ("model:\n  names: x\n  names: y", "facts.yaml:3: is not YAML: the key 'names' stands twice"),
        ("# nothing", "facts.yaml: holds no facts; write `provider:"),
        ("model: {market_date: soon}", "`model.market_date` must be a day such as 2026-12-01"),
        ("summary: {last_update: 2026-13-01}", "`summary.last_update` must be a day"),
        ("public_datasets: {links: {nope: x}}", "names 'nope', and no dataset has such a source"),
        ("public_datasets: {links: {src-licenced: x}}", "(did you mean `src-licensed`?)"),
        ("[" * 3000, "is nested too deeply"),
        ("a: \0", "holds the character U+0000, which YAML does not allow"),
        ("model: !!python/object:os.system x", "is not YAML"),
    ],
)
def test_wrong_facts_are_named(corpus: Path, tmp_path: Path, facts: str, message: str) -> None:
    (tmp_path / "facts.yaml").write_text(facts)
    with pytest.raises(UsageError, match=re.escape(message)):
        DatasetReport(as_="eu-summary", facts=tmp_path / "facts.yaml").texts([Dataset(corpus)])


def test_facts_are_texts_as_they_are_written(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_bytes(b"\xef\xbb\xbfsummary: {version: 1.10, last_update: 11/2026}\n")
    files = DatasetReport(as_="eu-summary", facts=tmp_path / "facts.yaml").texts([Dataset(corpus)])
    head = json.loads(files["summary.json"])[0]["entries"]
    assert (head["Version of the summary"], head["Last update"]) == ("1.10", "11/2026")


def test_facts_in_another_encoding_are_named(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_bytes(b"provider: {name: caf\xe9}")
    with pytest.raises(UsageError, match="is not text in UTF-8, from byte 20 on"):
        DatasetReport(as_="eu-summary", facts=tmp_path / "facts.yaml").texts([Dataset(corpus)])


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ("", 2, "name one dataset"),
        ("corpus corpus", 2, "`--as eu-summary` alone takes several"),
        ("nope", 2, "no such file or folder: 'nope'"),
        ("in.jsonl", 3, "is neither a dataset"),
        ("corpus --facts x.yaml", 2, "`--facts` goes with `--as` eu-summary"),
        ("corpus --as card --since corpus", 2, "`--since` goes with `--as` html or `--as` eu-summary"),
        ("corpus --as pdf", 2, "`--as` expects one of html, card, croissant, eu-summary"),
        ("corpus --check nope.html", 2, "nope.html: cannot be read: no such file or directory"),
        ("corpus --check page.html -o page.html", 2, "leave -o out"),
        ("corpus --as eu-summary --check corpus/README.md", 2, "name the folder that has all: `--check corpus`"),
        ("corpus -o corpus", 2, "name a file for the report"),
        ("corpus -o /dev/full", 2, "name a file for the report"),
        ("corpus --as eu-summary -o in.jsonl", 2, "a summary is several files"),
        ("corpus --samples -1", 2, "`--samples` expects a number from 0 on"),
    ],
)
def test_mistakes_are_named(corpus: Path, shell: Run, words: str, code: int, message: str) -> None:
    del corpus
    done = shell(f"corpuskit report {words}")
    assert (done.returncode, done.stdout) == (code, b"")
    assert message.encode() in done.stderr
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("-o corpus/manifest.json", "is a name for something else; name a file that ends in .html"),
        ("-o corpus/page.html", "is inside a dataset, where only report.html may be"),
        ("-o corpus/data/report.html", "is inside a dataset"),
        ("-o other.html", "is no report as corpuskit writes it and would be overwritten"),
        ("-o report.pdf", "name a file that ends in .html"),
        ("--as croissant -o x.html", "name a file that ends in .json"),
        ("--as croissant -o tokenizer.json", "would be overwritten"),
        ("--as croissant -o corpus/manifest.json", "where only croissant.json may be"),
        ("--as croissant -o one.jsonl.manifest.json", "would be overwritten"),
        ("--as croissant -o link.json", "would be overwritten"),
        ("--as card -o edited.md", "would be overwritten"),
        ("--as eu-summary -o corpus", "is inside a dataset, or is one"),
        ("--as eu-summary -o corpus/summary", "is inside a dataset, or is one"),
        ("--as eu-summary -o summary.pdf", "a summary is several; name a folder"),
        ("--as eu-summary -o own", "'own/summary.json' is no report"),
        ("--as eu-summary -o folders", "'folders/domains.csv' is a folder"),
    ],
)
def test_only_reports_are_overwritten(corpus: Path, tmp_path: Path, shell: Run, words: str, message: str) -> None:
    shell("corpuskit files corpus -o one.jsonl -q")
    (tmp_path / "other.html").write_text("<!DOCTYPE html><p>Written by corpuskit")
    (tmp_path / "tokenizer.json").write_text('{"model": {}}')
    (tmp_path / "link.json").symlink_to(corpus / "manifest.json")
    card = DatasetReport(as_="card").texts([Dataset(corpus)])[""]
    (tmp_path / "edited.md").write_text(card.replace("# ", "# My ", 1))
    (tmp_path / "own").mkdir()
    (tmp_path / "own/summary.json").write_text('["mine"]')
    (tmp_path / "folders/domains.csv").mkdir(parents=True)
    files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    done = shell(f"corpuskit report corpus {words}")
    assert (done.returncode, done.stdout) == (2, b"")
    assert message in done.stderr.decode()
    assert files == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


def test_a_report_replaces_one_of_its_kind(corpus: Path, tmp_path: Path, shell: Run) -> None:
    shell("corpuskit head corpus -n 3 -o less -q")
    for kind, name in (("html", "a.html"), ("card", "a.md"), ("croissant", "a.json"), ("eu-summary", "a")):
        texts = DatasetReport(as_=kind).texts([Dataset(corpus)])
        for dataset in ("less", "corpus"):
            done = shell(f"corpuskit report {dataset} --as {kind} -o {name}")
            assert (done.returncode, done.stderr) == (0, b"")
        assert {key: (tmp_path / name / key).read_text(encoding="utf-8") for key in texts} == texts


def test_reports_in_a_dataset_are_passed_over_and_leave_with_it(corpus: Path, tmp_path: Path, shell: Run) -> None:
    assert shell("corpuskit report corpus -o corpus/report.html").returncode == 0
    assert shell("corpuskit report corpus --as croissant -o corpus/croissant.json").returncode == 0
    assert shell("corpuskit report corpus --as card -o corpus/README.md").returncode == 0
    assert shell("corpuskit verify corpus").returncode == 0
    again = "corpuskit export in.jsonl --to jsonl -o corpus -q"
    assert shell(again).returncode == 0
    assert not (corpus / "report.html").exists()
    assert not (corpus / "croissant.json").exists()
    for name in ("report.html", "croissant.json"):
        (corpus / name).write_text("somebody's own")
    assert shell(f"{again} --shard-documents 5").returncode == 0
    assert (corpus / "report.html").read_text() == (corpus / "croissant.json").read_text() == "somebody's own"
    assert tmp_path in corpus.parents


def test_a_report_goes_to_standard_output(corpus: Path, tmp_path: Path, shell: Run) -> None:
    done = shell("corpuskit report corpus --as croissant -o -")
    assert done.stdout.decode() == DatasetReport(as_="croissant").texts([Dataset(corpus)])[""]
    assert not (tmp_path / "-").exists()


def test_a_folder_that_is_not_there_is_named(corpus: Path, shell: Run) -> None:
    del corpus
    done = shell("corpuskit report corpus -o nowhere/page.html")
    assert done.returncode == 5
    assert b"there is no folder 'nowhere'; make it, or choose another -o" in done.stderr


def test_an_argument_that_is_empty_is_named(corpus: Path, shell: Run) -> None:
    for command in ("report", "verify", "files", "stats", "explain ''"):
        done = shell(f"cd {corpus} && corpuskit {command} ''")
        assert (done.returncode, done.stdout) == (2, b""), command
        assert b"an argument is empty" in done.stderr


def test_rows_for_trainers_alone_cannot_be_reported(tmp_path: Path, shell: Run) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines_of(documents_of("crawl", 2)))
    shell("corpuskit export in.jsonl --to trl -o rows -q")
    done = shell("corpuskit report rows")
    assert done.returncode == 2
    assert b"publish it as jsonl as well" in done.stderr


def test_a_shard_that_was_changed_is_named(corpus: Path, shell: Run) -> None:
    shard = next((corpus / "data").glob("*.jsonl.zst"))
    shard.write_bytes(shard.read_bytes()[:-9])
    done = shell("corpuskit report corpus")
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"its sha256 is not the manifest's" in done.stderr


@pytest.mark.parametrize("kind", ["html", "card", "croissant", "eu-summary"])
def test_shards_that_are_missing_or_cut_are_damage(corpus: Path, shell: Run, kind: str) -> None:
    for damage in ("flip", "cut", "remove"):
        for shard in (corpus / "data").iterdir():
            content = shard.read_bytes()
            if damage == "flip":
                middle = len(content) // 2
                shard.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
            elif damage == "cut":
                shard.write_bytes(content[:-9])
            else:
                shard.unlink()
        done = shell(f"corpuskit report corpus --as {kind}")
        assert (done.returncode, done.stdout) == (3, b""), done.stderr
        assert done.stderr.count(b"\n") == 1
        assert b"`corpuskit verify` the dataset" in done.stderr


def test_an_address_without_a_possible_host_is_of_no_domain(tmp_path: Path, shell: Run) -> None:
    hosts = ["=cmd|calc.com", "+1", "@x.example", "-x.example", "%3Dcmd.example", "a b", "ok.example", "[::1]"]
    documents = [
        {"id": host, "text": host, "metadata": {"source": "s", "origin": "crawl", "url": f"http://{host}/"}}
        for host in hosts
    ]
    (tmp_path / "in.jsonl").write_bytes(lines_of(documents))
    (tmp_path / "facts.yaml").write_text("crawl: {small_provider: false}")
    shell("corpuskit export in.jsonl -o corpus -q")
    figures = read_figures(Dataset(tmp_path / "corpus"))
    assert {domain for domain, _ in figures.domains()} == {"x.example", "ok.example", "[::1]"}


RECIPE = """
budget: {tokens: 60}
sources:
  web: {from: files, inputs: [in.jsonl], origin: crawl, license: LicenseRef-Web}
output: {dir: corpus, report: true}
"""


def test_a_recipe_publishes_the_page_with_the_dataset(tmp_path: Path, shell: Run) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines_of(documents_of("crawl", 9)))
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    assert shell("corpuskit mix recipe.yaml -q").returncode == 0
    assert shell("corpuskit verify corpus").returncode == 0
    assert shell("corpuskit report corpus --check corpus/report.html").returncode == 0
    first = (tmp_path / "corpus/report.html").read_bytes()
    assert b"unchanged" in shell("corpuskit mix recipe.yaml").stderr
    assert shell("corpuskit mix recipe.yaml -q --set budget.tokens=90").returncode == 0
    assert (tmp_path / "corpus/report.html").read_bytes() != first
    assert shell("corpuskit report corpus --check corpus/report.html").returncode == 0
    assert shell("corpuskit mix recipe.yaml -q --set output.report=false").returncode == 0
    assert not (tmp_path / "corpus/report.html").exists()
    assert shell("corpuskit verify corpus").returncode == 0


def test_the_page_shows_in_a_browser(corpus: Path, tmp_path: Path) -> None:
    browser = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if browser is None:
        pytest.skip("there is no chromium-headless-shell on this machine")
    DatasetReport(samples=1).execute([str(corpus)], Settings(output=tmp_path / "page.html", quiet=True))
    pictures = []
    for width, scheme in ((390, 0), (1100, 1), (1600, 1)):
        picture, net = tmp_path / f"{width}.png", tmp_path / f"{width}.json"
        words = [
            *(browser, "--no-sandbox", "--hide-scrollbars", f"--window-size={width},3000"),
            *(f"--blink-settings=preferredColorScheme={scheme}", f"--screenshot={picture}", f"--log-net-log={net}"),
            *("--enable-logging=stderr", "--v=0", f"file://{tmp_path / 'page.html'}"),
        ]
        home = {**os.environ, "HOME": str(tmp_path)}
        done = subprocess.run(words, capture_output=True, timeout=120, check=True, env=home)
        assert b"CONSOLE" not in done.stderr, done.stderr
        requests = re.findall(r'"url":"([^"]*)"', net.read_text(errors="replace"))
        assert not [url for url in requests if not url.startswith(("file:", "data:"))]
        pictures.append(picture.read_bytes())
    assert len(set(pictures)) == 3


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_croissant_is_valid_and_its_records_are_ours(corpus: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    DatasetReport(as_="croissant").execute([str(corpus)], Settings(output=corpus / "croissant.json", quiet=True))
    described = mlcroissant.Dataset(jsonld=corpus / "croissant.json")
    assert not described.metadata.ctx.issues.errors
    records = {record["documents/id"].decode(): record for record in described.records("documents")}
    dataset = Dataset(corpus)
    documents = [document for shard in dataset.shards() for document in dataset.documents(shard)]
    assert len(documents) == len(records) == 42
    for document in documents:
        assert records[document.id]["documents/text"].decode() == document.text
        assert records[document.id]["documents/language"].decode() == document.metadata["language"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_published_croissant_files_are_read_by_the_same_validator(shared_data: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    files = sorted((shared_data / "transparency" / "croissant").glob("*.json"))
    assert len(files) == 7
    for path in files:
        assert not mlcroissant.Dataset(jsonld=path).metadata.ctx.issues.errors, path.name


@pytest.mark.parametrize("name", ["html", "card", "croissant", "eu-summary"])
def test_python_writes_what_the_command_prints(corpus: Path, shell: Run, name: Any) -> None:
    printed = shell(f"corpuskit report corpus --as {name}").stdout.decode()
    assert printed == next(iter(DatasetReport(as_=name).texts([Dataset(corpus)]).values()))
