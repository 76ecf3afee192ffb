"""LaTeX as plain text: what stays, what goes, and in which time."""

import itertools
from pathlib import Path

import pytest

from corpuskit.core.document import Document, Reject
from corpuskit.core.reading.inputs import Input
from corpuskit.formats.latex_sources import without_comments
from corpuskit.sources.papers import Papers
from corpuskit.text.publications.latex import read_latex
from tests.support.markup_left import markup_left
from tests.support.timing import grows_linearly


def text_of(body: str, preamble: str = "", **options: bool) -> str:
    source = f"\\documentclass{{article}}{preamble}\\begin{{document}}{body}\\end{{document}} after"
    return read_latex(without_comments(source), **options).text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"\section{Use}\label{s}One \emph{two}~three.", "Use\n\nOne two three."),
        ("One.\n\n\nTwo\nlines. % no\nMore 5\\%.\n", "One.\n\nTwo lines. More 5%."),
        ("One. % no\n\nTwo.", "One.\n\nTwo."),
        (r"If $x_1 < \alpha$ or \(y\).", r"If \(x_1 < \alpha\) or \(y\)."),
        (r"So \[ a = b \label{e} \] ends.", r"So \[a = b\] ends."),
        (
            "\\begin{align*}a &= b \\\\ c &= d\\nonumber\\end{align*}",
            r"\[\begin{aligned}a &= b \\ c &= d\end{aligned}\]",
        ),
        (r"\begin{equation}e=1\end{equation}", r"\[e=1\]"),
        (
            r"Caf\'e, Erd\H{o}s, na\"{\i}ve, \c{c}a, \v{S}koda, Stra\ss e, \o re",
            "Café, Erdős, naïve, ça, Škoda, Straße, øre",
        ),
        ("``Oak'' --- pp. 1--2 and `ash'", "“Oak” — pp. 1–2 and ‘ash'"),
        (r"\begin{tabular}{l}a \\ \hline \\ [-3mm] b \\*[1ex] c\end{tabular}", "a\nb\nc"),
        (r"a \\ [it says] b", "a [it says] b"),
        (r"Seen \cite [p. 3] {a} [1]", "Seen [1]"),
        (r"Seen~\cite{a,b}, in Section~\ref{s} (\S\ref{s}) [\citep[p.~2]{c}].", "Seen, in Section."),
        (r"Word\footnote{No \emph{never}.} here \url{https://example.org/a_b}", "Word here https://example.org/a_b"),
        (
            "\\begin{itemize}\\item 1\n\n more\\item two\\begin{enumerate}\\item a\\end{enumerate}\\end{itemize}after",
            "- 1\nmore\n- two\n  1. a\n\nafter",
        ),
        (r"\begin{description}\item[Oak] a tree\end{description}", "- Oak a tree"),
        (
            "\\begin{table}[t]\\centering\\begin{tabular}{l|r}\\toprule h & \\textbf{m}\\\\\\midrule\n"
            "1\t& \\makecell[l]{2 \\\\ 3}\\\\[2pt]\\multicolumn{2}{c}{all} \\\\ \\end{tabular}\\caption{Ebb}"
            "\\end{table} x",
            "h\tm\n1\t2 3\nall\n\nEbb\n\nx",
        ),
        (r"a\begin{figure}\includegraphics[width=2cm]{f}\caption{Moon}\end{figure}b", "ab"),
        ("\\begin{verbatim}\na % b\n  \\c\n\\end{verbatim}", "a % b\n  \\c"),
        (r"Type \verb|a_b{| now", "Type a_b{ now"),
        (r"\begin{thebibliography}{9}\bibitem{a} No.\end{thebibliography}", ""),
        (r"\textcolor{red}{Red} \href{https://example.org}{link} \unknown[x]{kept}", "Red link kept"),
        (r"A \$5 \& \{b\} \LaTeX{} x\_y", "A $5 & {b} LaTeX x_y"),
        (r"{\bf Bold {\it both}} \begin{theorem}[T]It is.\end{theorem}", "Bold both\n\nIt is."),
        (r"open { and $ and \begin{figure} and \(", "open and and and"),
    ],
)
def test_commands_become_plain_text(body: str, text: str) -> None:
    assert text_of(body) == text


LABELS = r"""\begin{thebibliography}{9}
\bibitem[{Oak et~al.(2001)Oak, Elm, and Ash}]{oak} Oak. \bibitem[F\"arber(2003{\natexlab{a}})]{elm} Elm.
\bibitem[{Ash(2003b)}]{ash} Ash. \bibitem[Pi04]{pine} Pine. \bibitem{yew} Yew.
\end{thebibliography}"""


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"Seen before \citep{oak,ash}.", "Seen before (Oak et al., 2001; Ash, 2003b)."),
        (r"\citet[p.~2]{oak} saw it, as \textcite{ash} did.", "Oak et al. (2001) saw it, as Ash (2003b) did."),
        (r"Inspired by \cite{oak}, we look \cite{ash}.", "Inspired by Oak et al. (2001), we look (Ash, 2003b)."),
        (r"(see \citealp{ash,elm})", "(see Ash, 2003b; Färber, 2003a)"),
        (r"\citeauthor{ash} in \citeyear{ash}", "Ash in 2003b"),
        (r"\citet{yew} saw it \citep{yew}.", "[citation] saw it."),
        (r"Inspired by \cite{pine}, we look~\cite{pine} (see \cite{pine}).", "Inspired by [citation], we look."),
        (r"Tools, e.g. \cite{yew} and RefSeer", "Tools, e.g. [citation] and RefSeer"),
    ],
)
def test_citations_are_written_by_their_labels_or_leave_a_sentence_whole(body: str, text: str) -> None:
    for source, list_ in ((f"{body}\n{LABELS}", ""), (body, LABELS)):
        whole = f"\\documentclass{{article}}\\begin{{document}}{source}\\end{{document}}"
        assert read_latex(whole, bibliography=list_).text == text


def test_the_title_is_found_before_and_after_the_preamble() -> None:
    for source in (
        r"\title[Short]{On \emph{tides}}\begin{document}x",
        r"\begin{document}\title{On \emph{tides}}\maketitle x",
    ):
        paper = read_latex(source)
        assert paper.title == "On tides" and paper.text == "On tides\n\nx"


def test_captions_are_kept_if_asked_for() -> None:
    body = r"a\begin{figure}\includegraphics{f}\caption[no]{The \emph{moon}}\end{figure}b"
    assert text_of(body, captions=True) == "a\n\nThe moon\n\nb"


@pytest.mark.parametrize(
    ("definition", "call", "text"),
    [
        (r"\newcommand{\oak}{\emph{oak}}", r"an \oak{} or \oak, $x_\oak$", r"an oak or oak, \(x_{\emph{oak}}\)"),
        (r"\newcommand\two[2]{#2 and #1}", r"\two{a}{\two{b}{c}}", "c and b and a"),
        (r"\newcommand{\opt}[2][x]{#1#2}", r"\opt{a} \opt[y]{b}", "xa yb"),
        (r"\def\pair#1#2{(#1; #2)}", r"\pair{a}b", "(a; b)"),
        (r"\DeclareMathOperator{\argmax}{arg\,max}", r"$\argmax_x$", r"\({\operatorname{arg\,max}}_x\)"),
        (r"\newcommand{\be}{\begin{equation}}\newcommand{\ee}{\end{equation}}", r"\be x\ee", r"\[x\]"),
        (r"\newcommand{\again}{a\again}", r"\again", "a"),
        (r"\newcommand{\odd}[1]{\def\x{#1}}", r"\odd{kept}", "kept"),
    ],
)
def test_simple_macros_are_expanded(definition: str, call: str, text: str) -> None:
    assert text_of(call, definition) == text


def test_macros_that_multiply_are_rejected() -> None:
    names = "abcdefghijkl"
    definitions = "".join(
        f"\\newcommand{{\\{name}{name}}}{{" + f"\\{before}{before}" * 10 + "}"
        for before, name in itertools.pairwise(names)
    )
    with pytest.raises(Reject, match="macro-expansion") as caught:
        text_of(r"\ll", rf"\newcommand{{\aa}}{{x}}{definitions}")
    assert caught.value.reason == "macro-expansion"


UNITS = (
    *[
        "{",
        "}",
        "[",
        "$",
        "\\(",
        "\\begin{figure}",
        "\\end{a}",
        "\\item ",
        "\\'",
        "\\cite{a}, (",
        "\\bibitem[{a",
        "\\bibitem[Oak(2001)]{a}",
        "(see also \\cite{a} and ",
        "&",
        "\\\\",
        "~",
        "%",
    ],
    *[
        "\\verb|",
        "\\section{",
        "\\begin{tabular}{l}",
        "\\begin{verbatim}%",
        "\\footnote{",
        "\\m{",
        "``",
        "\\def\\x",
        "\n\n",
    ],
    *["\\verb|\\(| ", "\\label{", "\\S\\ref{a}", "\\newcommand{\\y}[", "\\title{"],
)


@pytest.mark.parametrize("unit", UNITS)
def test_time_is_linear_whatever_is_left_open(unit: str) -> None:
    preamble = r"\newcommand{\m}[1]{(#1)}"
    assert grows_linearly(lambda size: text_of(unit * size, preamble), 1000, 8000)


def test_a_real_paper_has_no_markup_left(shared_data: Path) -> None:
    name = "arxiv_1911.02782_tex.tar.xz"
    (paper,) = Papers(captions=True).read(Input(name, shared_data / "academic" / name))
    assert isinstance(paper, Document) and paper.id == "arXiv:1911.02782"
    assert paper.metadata["title"] == "S2ORC: The Semantic Scholar Open Research Corpus"
    assert paper.text.count("\\[") == 3 and paper.text.count("\t") > 100 and not markup_left(paper.text)
