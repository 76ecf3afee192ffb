"""`papers`: one document a paper, with its title, licence and formulas, and no markup left."""

import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from corpuskit.core.document import Document
from corpuskit.core.outcome import Rejected
from corpuskit.core.reading.inputs import Input
from corpuskit.core.step import Drop, Item
from corpuskit.sources.papers import Papers
from tests.conftest import Run
from tests.support.markup_left import PLANTS, markup_left
from tests.support.timing import grows_linearly

MATH = (
    '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup>'
)
FRONT = """<front><article-meta><article-id pub-id-type="doi">10.5555/{n}</article-id>
<title-group><article-title>On <italic>tides</italic>&alpha;</article-title></title-group>
<pub-date pub-type="ppub"><year>2020</year></pub-date>
<pub-date pub-type="epub"><day>3</day><month>Mar</month><year>2021</year></pub-date>
<permissions><license xlink:href="https://creativecommons.org/licenses/by/4.0/"><license-p>Free.</license-p></license>
</permissions><abstract><p>We measure.</p></abstract></article-meta></front>"""
HEAD = (
    '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS 1.3//EN" "JATS.dtd">'
    '<article xmlns:xlink="http://www.w3.org/1999/xlink" xml:lang="en">'
)


def jats(body: str = "<p>Water rises.</p>", back: str = "", number: int = 1) -> bytes:
    front = FRONT.replace("{n}", str(number))
    return f"{HEAD}{front}<body>{body}</body><back>{back}</back></article>".encode()


def read(data: bytes, name: str = "a.xml", step: Papers | None = None) -> list[Item]:
    return list((step or Papers()).read(Input(name, content=data)))


def text_of(data: bytes, step: Papers | None = None) -> str:
    (document,) = read(data, step=step)
    assert isinstance(document, Document), document
    return document.text.removeprefix("On tidesα\n\nWe measure.").strip()


def test_a_paper_carries_what_its_front_matter_says() -> None:
    (paper,) = read(jats())
    assert isinstance(paper, Document)
    assert paper.id == "10.5555/1" and paper.text == "On tidesα\n\nWe measure.\n\nWater rises."
    assert paper.metadata == {
        "url": "https://doi.org/10.5555/1",
        "date": "2021-03-03",
        "title": "On tidesα",
        "content_type": "text/plain",
        "language": "en",
        "license": "CC-BY-4.0",
        "license_evidence": "https://creativecommons.org/licenses/by/4.0/",
    }


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<sec><label>1</label><title>Use</title><p>One\n two.</p></sec>", "Use\n\nOne two."),
        (f"<p>If <inline-formula>{MATH}</mml:math></inline-formula>.</p>", r"If \(x^{2}\)."),
        (
            "<p>So<disp-formula><tex-math>$$a_1$$</tex-math><label>(1)</label></disp-formula>ends</p>",
            "So\n\\(a_1\\) (1)\nends",
        ),
        (
            r"<p><tex-math>\documentclass{minimal}\begin{document}$y$\end{document}</tex-math></p>",
            r"\(y\)",
        ),
        (
            f"<p><alternatives><graphic/>{MATH}</mml:math><tex-math>z</tex-math></alternatives></p>",
            r"\(z\)",
        ),
        ('<p>Seen before [<xref ref-type="bibr">1</xref>,<xref ref-type="bibr">2</xref>].</p>', "Seen before."),
        ('<p>Seen <sup><xref ref-type="bibr">3</xref></sup>, then.</p>', "Seen, then."),
        (
            '<p>As (<xref ref-type="bibr">Oak, 2001</xref>; <xref ref-type="bibr">2</xref>) say</p>',
            "As (Oak, 2001) say",
        ),
        (f"<disp-formula><label>(2)</label>{MATH}</mml:math></disp-formula>", r"(2) \(x^{2}\)"),
        ("<statement><label>Theorem 1</label><p>It rises.</p></statement>", "Theorem 1\n\nIt rises."),
        ("<boxed-text><label>Box 1</label><p>In it.</p></boxed-text>", "Box 1\n\nIn it."),
        ('<p>Oak (<xref ref-type="bibr">2001</xref>) saw it</p>', "Oak (2001) saw it"),
        (
            '<p>It rose (see [<xref ref-type="bibr">12</xref>]). By <xref ref-type="bibr">12</xref>, it fell.</p>',
            "It rose. By [citation], it fell.",
        ),
        (
            '<p>It rose (reviewed in <xref ref-type="bibr">12</xref>, <xref ref-type="bibr">1999</xref>)</p>',
            "It rose (reviewed in [citation], 1999)",
        ),
        ("<p>10<sup>-3</sup> m of H<sub>2</sub>O</p>", "10^-3 m of H2O"),
        ("<list list-type='order'><list-item><p>a</p></list-item><list-item><p>b</p></list-item></list>", "1. a\n2. b"),
        (
            "<list><list-item><p>a</p><list><list-item><p>b</p></list-item></list></list-item></list>",
            "- a\n  - b",
        ),
        (
            "<p>See<table-wrap><label>Table 1</label><caption><p>Ebb</p></caption><table><thead><tr><th>h</th>"
            "<th>m</th></tr></thead><tbody><tr><td>1</td><td><p>2</p><p>3</p></td></tr></tbody></table></table-wrap>"
            " it.</p>",
            "See it.\n\nEbb\n\nh\tm\n1\t2 3",
        ),
        ("<boxed-text><caption><title>Box</title></caption><p>In it.</p></boxed-text>", "Box\n\nIn it."),
        ("<p>One<!-- no --><?pi no?><fig><caption><p>Moon</p></caption></fig>.</p>", "One."),
        ("<preformat>a\n  b</preformat>", "a\n  b"),
        ("<p>5 &lt; 6 &amp; &beta;&nosuchname;.</p>", "5 < 6 & β&nosuchname;."),
    ],
)
def test_elements_become_plain_text(body: str, text: str) -> None:
    assert text_of(jats(body)) == text


def test_references_and_captions_are_kept_if_asked_for() -> None:
    data = jats(
        "<p>a</p><fig><caption><p>Moon</p></caption></fig>",
        "<ack><p>Thanks</p></ack><app><title>App</title><p>More.</p></app>"
        "<ref-list><title>Sources</title><ref><label>1</label><mixed-citation>Oak. Tides. 1999</mixed-citation></ref>"
        "<ref><mixed-citation>Ash. Ebb.</mixed-citation></ref></ref-list>",
    )
    assert text_of(data) == "a\n\nApp\n\nMore."
    assert "\n\nSources\n\nOak. Tides. 1999\nAsh. Ebb." in text_of(data, Papers(references=True))
    assert "a\n\nMoon" in text_of(data, Papers(captions=True))


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ('<pub-date date-type="publication"><day>25</day><month>04</month><year>2016</year></pub-date>', "2016-04-25"),
        ('<pub-date date-type="pub" iso-8601-date="2020-03-02"><year>2020</year></pub-date>', "2020-03-02"),
        ('<pub-date iso-8601-date="2020-03-02T10:00:00Z"/>', "2020-03-02"),
        ('<pub-date iso-8601-date="2020-13-02"/>', "2020"),
        (
            '<pub-date date-type="pub"><year>2020</year></pub-date>'
            '<pub-date date-type="pub"><day>1</day><month>2</month><year>2020</year></pub-date>',
            "2020-02-01",
        ),
        ('<pub-date date-type="pmc-release" iso-8601-date="2020-03-02"/>', None),
    ],
)
def test_a_date_is_as_exact_as_it_is_stated(dates: str, expected: str | None) -> None:
    before, _, rest = jats().decode().partition("<pub-date")
    (paper,) = read(f"{before}{dates}<permissions>{rest.partition('<permissions>')[2]}".encode())
    assert isinstance(paper, Document) and paper.metadata.get("date") == expected


def test_what_a_document_declares_itself_is_its_text() -> None:
    declared = b"<!DOCTYPE article SYSTEM 'a.dtd' [<!ENTITY co 'Oak &amp; Sons &#38;lt;'>]>"
    (paper,) = read(declared + b"<article><body><p>By &co; &amp; &more;</p></body></article>")
    assert isinstance(paper, Document) and paper.text == "By Oak & Sons < & &more;"


def test_no_licence_without_a_link_to_one() -> None:
    for link in ("https://example.org/by/4.0", "https://creativecommons.org/licenses/by/9.9/", ""):
        (paper,) = read(jats().replace(b"https://creativecommons.org/licenses/by/4.0/", link.encode()))
        assert isinstance(paper, Document) and "license" not in paper.metadata
    words = b"<license-p><ext-link xlink:href='http://creativecommons.org/publicdomain/zero/1.0/'/></license-p>"
    (paper,) = read(jats().replace(b"/by/4.0/", b"/").replace(b"<license-p>Free.</license-p>", words))
    assert isinstance(paper, Document) and paper.metadata["license"] == "CC0-1.0"


BY, BY_NC, ZERO = (
    f"https://creativecommons.org/{name}/"
    for name in ("licenses/by/4.0", "licenses/by-nc/4.0", "publicdomain/zero/1.0")
)


def link(address: str) -> str:
    return f'<ext-link xlink:href="{address}">{address}</ext-link>'


@pytest.mark.parametrize(
    ("licenses", "expected"),
    [
        (f'<license xlink:href="{BY}"/>', "CC-BY-4.0"),
        (f'<license xlink:href="{BY}"/><license xlink:href="{BY_NC}"/>', "CC-BY-4.0 AND CC-BY-NC-4.0"),
        (f'<license xlink:href="{BY}"/><license xlink:href="https://example.org/terms"/>', None),
        (f'<license xlink:href="https://example.org/oa">Under {link(BY)}.</license>', "CC-BY-4.0"),
        (
            f'<license xlink:href="{BY}"><ali:license_ref>{BY_NC}</ali:license_ref></license>',
            "CC-BY-4.0 AND CC-BY-NC-4.0",
        ),
        (f'<license><ali:license_ref start_date="2021-03-03">{BY}</ali:license_ref></license>', "CC-BY-4.0"),
        (f'<license><ali:license_ref start_date="2099-01-01">{BY}</ali:license_ref></license>', None),
        (
            f"<license><license-p>The CC0 waiver ({link(ZERO)}) applies to the data. The article is under "
            f"({link(BY_NC)}).</license-p></license>",
            "CC-BY-NC-4.0 AND CC0-1.0",
        ),
        (f"<license><license-p>The CC0 waiver ({link(ZERO)}) applies to the data.</license-p></license>", None),
        (f"<license><license-p>Figure 2 is under {link(BY)}. All other rights reserved.</license-p></license>", None),
        (f"<license><license-p>Figure 2 of this article is under {link(BY)}.</license-p></license>", None),
        (f'<license xlink:href="{BY}"><license-p>All rights reserved.</license-p></license>', None),
        (f"<license><license-p>This article is not published under {link(BY)}.</license-p></license>", None),
        (
            "<license><license-p>The images in this article are included in its licence. If material is not included, "
            f"ask its holder. To view a copy of this licence, visit {link(BY)}.</license-p></license>",
            "CC-BY-4.0",
        ),
        (
            f"<license><license-p>Except where otherwise noted, this work is under {BY}</license-p></license>",
            "CC-BY-4.0",
        ),
        ("<license><license-p>Creative Commons Attribution License</license-p></license>", None),
    ],
)
def test_several_licences_all_apply_and_partial_ones_do_not_stand_for_the_whole(
    licenses: str, expected: str | None
) -> None:
    ali = '<permissions xmlns:ali="http://www.niso.org/schemas/ali/1.0/">'
    before, _, rest = jats().decode().partition("<permissions>")
    (paper,) = read(f"{before}{ali}{licenses}</permissions>{rest.partition('</permissions>')[2]}".encode())
    assert isinstance(paper, Document) and paper.metadata.get("license") == expected
    assert ("license_evidence" in paper.metadata) == (expected is not None)


def test_articles_of_one_file_and_of_a_namespace_are_apart() -> None:
    space = b'<article xmlns="https://jats.nlm.nih.gov/ns/archiving/1.3/" '
    articles = b"".join(jats(number=n).partition(b">")[2].replace(b"<article ", space) for n in (1, 2))
    papers = read(b"<!DOCTYPE records SYSTEM 'x'><records>" + articles + b"</records>")
    assert [paper.id for paper in papers if isinstance(paper, Document)] == ["10.5555/1", "10.5555/2"]
    assert all(isinstance(paper, Document) and "Water rises." in paper.text for paper in papers)


def bomb(levels: int) -> bytes:
    entities = '<!ENTITY e0 "ha">' + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, levels))
    return f"<!DOCTYPE article [{entities}]><article x='&e{levels - 1};'>&e{levels - 1};</article>".encode()


HOSTILE = {
    "cut.xml": (jats()[:-30], "bad-xml"),
    "small-bomb.xml": (bomb(3), "entity-expansion"),
    "bomb.xml": (bomb(12), "entity-expansion"),
    "deep.xml": (jats("<sec>" * 5000), "bad-xml"),
    "feed.xml": (b"<rss><channel/></rss>", "not-jats"),
    "empty.xml": (b"", "bad-xml"),
}


def test_bad_files_are_one_named_reject_each_and_cost_no_neighbour(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        for name, data in {
            "0.xml": jats(),
            **{n: d for n, (d, _) in HOSTILE.items()},
            "z.nxml": jats(number=2),
        }.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    items = list(Papers().read(Input("a.tar.gz", tmp_path / "a.tar.gz")))
    assert [item.id for item in items if isinstance(item, Document)] == ["10.5555/1", "10.5555/2"]
    rejects = [item for item in items if isinstance(item, Rejected)]
    expected = [(f"a.tar.gz/{name}", reason) for name, (_, reason) in HOSTILE.items()]
    assert [(item.input, item.reason) for item in rejects] == expected


def test_an_entity_loads_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("classified")
    own = "<!ENTITY alpha 'A'><!ENTITY own 'tide'>"
    declared = f"<!DOCTYPE article [{own}<!ENTITY e SYSTEM '{tmp_path / 'secret'}'>]>".encode()
    (paper,) = read(jats("<p>&own; &e;.</p>").replace(jats().partition(b"<article ")[0], declared))
    assert isinstance(paper, Document) and paper.text.endswith("\n\ntide &e;.") and "classified" not in paper.text


def test_members_that_lead_out_or_nest_are_rejected(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../out.xml", jats())
        archive.writestr("in.zip", b"PK")
        archive.writestr("fine.xml", jats())
        archive.writestr("picture.jpg", b"no")
    items = list(Papers().read(Input("a.zip", tmp_path / "a.zip")))
    assert sorted(item.reason for item in items if isinstance(item, Rejected)) == ["archive-in-archive", "unsafe-path"]
    assert sum(isinstance(item, Document) for item in items) == 1


def test_a_cut_zip_is_damage(corpuskit: Run, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "whole.zip", "w") as archive:
        archive.writestr("fine.xml", jats())
    (tmp_path / "a.zip").write_bytes((tmp_path / "whole.zip").read_bytes()[:-40])
    (tmp_path / "b.xml").write_bytes(jats())
    done = corpuskit("papers", "a.zip", "b.xml")
    assert done.stdout.count(b"\n") == 1 and b"a.zip" in done.stderr and b"Traceback" not in done.stderr


def test_an_archive_in_a_pipe_is_to_be_named(corpuskit: Run) -> None:
    for command in ("papers", "books"):
        done = corpuskit(command, stdin=tar_of(latex_files()))
        assert done.returncode == 2 and b"cannot be read from a pipe" in done.stderr, done.stderr


def test_parts_of_a_paper_are_told_in_one_line(corpuskit: Run, tmp_path: Path) -> None:
    (tmp_path / "main.tex").write_text(TEX)
    for number in range(9):
        (tmp_path / f"part{number}.tex").write_text("Words.")
    said = corpuskit("papers", ".").stderr
    assert b"read where it is included: 9 inputs, the first is " in said and said.count(b"part of a paper") == 1


def test_commands_name_one_another(corpuskit: Run, tmp_path: Path) -> None:
    (tmp_path / "a.nxml").write_bytes(jats())
    (tmp_path / "b.xml").write_bytes(jats())
    (tmp_path / "c.pdf").write_bytes(b"%PDF-1.4")
    for name in ("a.nxml", "b.xml"):
        assert b"corpuskit papers" in corpuskit("files", name).stderr
    assert corpuskit("papers", "c.pdf").returncode == 2


@pytest.mark.parametrize(
    "unit",
    [
        "<p>(<xref ref-type='bibr'>1</xref>,",
        "<p>,,,;;;((((</p>",
        "<list><list-item><p>a</p></list-item></list>",
        "<p>&alpha;</p>",
        f"<p>{MATH}</mml:math></p>",
        "<table><tr><td>a</td></tr></table>",
        "<p>a<sup>2</sup></p>",
    ],
)
def test_time_is_linear(unit: str) -> None:
    closing = "</p>" if unit.startswith("<p>(") else ""
    assert grows_linearly(lambda size: read(jats((unit + closing) * size)), 500, 4000)


TEX = r"\documentclass{article}\title{On tides}\begin{document}\input{sections/one}Rise: $x^2$.\end{document}"


def latex_files(**changes: str) -> dict[str, str]:
    return {"main.tex": TEX, "sections/one.tex": "\\section{One}\nIt rose.\n\n", "no.png": "x"} | changes


def tar_of(files: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return stream.getvalue()


def test_latex_of_a_folder_and_of_an_archive_is_one_document(corpuskit: Run, tmp_path: Path) -> None:
    for name, text in latex_files().items():
        path = tmp_path / "paper" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "2001.01234v2.tar.gz").write_bytes(tar_of(latex_files()))
    text = "On tides\n\nOne\n\nIt rose.\n\nRise: \\(x^2\\)."
    (paper,) = Papers().read(Input("2001.01234v2.tar.gz", tmp_path / "2001.01234v2.tar.gz"))
    assert isinstance(paper, Document) and paper.text == text and paper.id == "arXiv:2001.01234v2"
    assert paper.metadata["url"] == "https://arxiv.org/abs/2001.01234v2" and "license" not in paper.metadata
    done = corpuskit("papers", "paper")
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == [text]
    alone = TEX.replace(r"\input{sections/one}", "")
    assert json.loads(corpuskit("papers", stdin=alone.encode()).stdout)["text"] == "On tides\n\nRise: \\(x^2\\)."
    assert b"no-main-file" in corpuskit("papers", "paper/sections/one.tex").stderr


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sections/one.tex": r"\input{main}"}, "includes-itself"),
        ({"sections/one.tex": r"\include{sections/one}"}, "includes-itself"),
        ({"sections/one.tex": r"\input{sections/two}", "sections/two.tex": r"\input sections/one "}, "includes-itself"),
        ({"sections/one.tex": r"\input{../../etc/passwd}"}, "unsafe-path"),
        ({"sections/one.tex": r"\input{/etc/passwd}"}, "unsafe-path"),
        ({"main.tex": "Only words."}, "no-main-file"),
        (
            {"main.tex": TEX.replace("Rise", r"\def\a{\b\b\b}\def\b{\c\c\c}\def\c{" + r"\d" * 9**5 + r"}\def\d{x}\a")},
            "macro-expansion",
        ),
        (
            {f"f{n}.tex": rf"\input{{f{n + 1}}}" * 9 for n in range(9)} | {"sections/one.tex": r"\input{f0}"},
            "document-too-large",
        ),
    ],
)
def test_hostile_latex_is_one_named_reject(changes: dict[str, str], reason: str) -> None:
    (item,) = read(tar_of(latex_files(**changes)), "a.tar.gz")
    assert isinstance(item, Rejected) and item.reason == reason


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.tex").write_text("classified")
    folder = tmp_path / "paper"
    (folder / "sections").mkdir(parents=True)
    (folder / "main.tex").write_text(TEX)
    (folder / "sections" / "one.tex").symlink_to(tmp_path / "secret.tex")
    (item,) = Papers().read(Input("main.tex", folder / "main.tex"))
    assert isinstance(item, Rejected) and item.reason == "unsafe-path"


BIBER = r"""% $ biblatex auxiliary file $
\begingroup\makeatletter\@ifundefined{ver@biblatex.sty}{\@latex@error{Missing 'biblatex' package}{}}{}\endgroup
\refsection{0}
  \datalist[entry]{nyt/global//global/global}
    \entry{oak}{article}{}
      \name{author}{1}{}{{{hash=1}{family={Oak},familyi={O\bibinitperiod}}}}
      \field{title}{A list of tides} \field{year}{2001}
    \endentry
  \enddatalist
\endrefsection
\endinput
"""


def test_what_biber_writes_is_no_prose() -> None:
    main = TEX.replace("Rise:", r"\input{main.bbl}Rise:")
    (plain,) = read(tar_of(latex_files()), "a.tar.gz")
    for files in ({"main.bbl": BIBER}, {"main.bbl": BIBER.replace("datalist", "sortlist")}):
        (paper,) = read(tar_of(latex_files(**{"main.tex": main}) | files), "a.tar.gz")
        assert isinstance(paper, Document) and isinstance(plain, Document) and paper.text == plain.text
    prose = {"main.bbl": r"Its command \verb|\entry{key}| begins an entry."}
    (paper,) = read(tar_of(latex_files(**{"main.tex": main}) | prose), "a.tar.gz")
    assert isinstance(paper, Document) and "begins an entry" in paper.text


def test_a_file_that_is_not_there_is_a_remark() -> None:
    input_ = Input("a.tar.gz", content=tar_of({"main.tex": TEX}))
    (paper,) = Papers().read(input_)
    assert isinstance(paper, Document) and paper.text == "On tides\n\nRise: \\(x^2\\)."
    assert any("not there" in remark for remark in input_.findings.remarks)


@pytest.mark.parametrize("kind", PLANTS)
def test_the_detector_finds_planted_markup(kind: str) -> None:
    assert kind in {found for found, _ in markup_left(f"Some text, {PLANTS[kind]}, more.")}
    assert not markup_left(r"It is 3 < 4 (see \(\alpha_1 < 2\)) & so on; f(x) = [1, 2].")


LICENSES = {
    "elife_jats.tar.xz": {"CC-BY-4.0": 8, "CC-BY-3.0": 5},
    "jats_oa.tar.xz": {"CC-BY-2.0": 2, "CC-PDM-1.0": 1, "CC-BY-NC-3.0": 1, None: 4},
}

CODE_SAMPLE = "<MotifGraft"
"""XML that one of the papers prints as code."""


@pytest.mark.parametrize("name", LICENSES)
def test_real_papers(shared_data: Path, name: str) -> None:
    path = shared_data / "academic" / name
    items = list(Papers(references=True, captions=True).read(Input(name, path)))
    papers = [item for item in items if isinstance(item, Document)]
    found = [paper.metadata.get("license") for paper in papers]
    assert {license_: found.count(license_) for license_ in found} == LICENSES[name]
    assert all(isinstance(item, Document) or (isinstance(item, Drop) and item.reason == "no-text") for item in items)
    for paper in papers:
        assert paper.id.startswith("10.") and paper.metadata["title"] and len(paper.text) > 1000
        left = [found for found in markup_left(paper.text) if CODE_SAMPLE not in found[1]]
        assert not left, paper.id
    if name.startswith("elife"):
        assert sum(paper.text.count("\\(") for paper in papers) >= 800, "821 formulas, some in reviews"
        assert sum("\t" in line for paper in papers for line in paper.text.split("\n")) > 300
