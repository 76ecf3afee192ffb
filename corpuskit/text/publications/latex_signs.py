"""What commands of LaTeX stand for: letters, signs, and how many arguments are no text.

Sources: LaTeX2e reference manual (https://latexref.xyz/); the Comprehensive LaTeX Symbol List.
"""

import unicodedata

ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
    "b": "\u0331",
}  # fmt: skip
"""Combining characters of the commands for accents."""
SIGNS = {
    "&": "&", "%": "%", "$": "$", "#": "#", "_": "_", "{": "{", "}": "}", " ": " ", ",": " ", ";": " ", ":": " ",
    "!": "", "/": "", "-": "", "@": "", "\n": " ", "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ",
    "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ",
    "TH": "Þ", "S": "§", "P": "¶", "dag": "†", "ddag": "‡", "dagger": "†", "ddagger": "‡", "copyright": "©",
    "pounds": "£", "euro": "€", "texteuro": "€", "ldots": "…", "dots": "…", "textellipsis": "…", "quad": " ",
    "qquad": " ", "enspace": " ", "thinspace": " ", "space": " ", "nobreakspace": " ", "LaTeX": "LaTeX",
    "TeX": "TeX", "LaTeXe": "LaTeX2e", "BibTeX": "BibTeX", "textbackslash": "\\", "textasciitilde": "~",
    "texttildelow": "~", "textasciicircum": "^", "textbar": "|", "textless": "<", "textgreater": ">",
    "textbullet": "•", "textdegree": "°", "degree": "°", "textregistered": "®", "texttrademark": "™",
    "textendash": "–", "textemdash": "—", "textquoteleft": "‘", "textquoteright": "’", "textquotedblleft": "“",
    "textquotedblright": "”", "textquotesingle": "'", "guillemotleft": "«", "guillemotright": "»",
    "textmu": "µ", "textpm": "±", "texttimes": "×", "textunderscore": "_", "nobreakdash": "", "slash": "/",
    "newline": " ", "linebreak": " ", "par": "\n\n", "and": " ",
}  # fmt: skip
ARGUMENTS_LEFT_OUT = {
    **dict.fromkeys(
        """
        label vspace hspace includegraphics bibliography bibliographystyle thanks pagestyle thispagestyle usepackage
        index pagenumbering phantom hphantom vphantom hypersetup graphicspath author date affiliation email address
        footnote footnotetext footnotemark tableofcontents documentclass nocite color pagecolor definecolor marginpar
        hyphenation PassOptionsToPackage Thanks rule vskip hskip hypertarget bibitem keywords thanksref institute
        authorrunning titlerunning cmidrule cline rowcolor columncolor arrayrulecolor todo markboth tikz
        """.split(),  # noqa: SIM905 - a list of words reads better
        1,
    ),
    **dict.fromkeys(("setlength", "addtolength", "setcounter", "addtocounter", "rule", "titleformat"), 2),
    **dict.fromkeys(("textcolor", "colorbox", "raisebox", "scalebox", "href", "hyperref", "parbox"), 1),
    **dict.fromkeys(("multicolumn", "multirow", "resizebox", "fcolorbox"), 2),
}
"""How many arguments after a command are not text; what follows them is."""
CITATIONS = frozenset(
    """
    cite citet citep citealt citealp citeauthor citeyear citeyearpar citenum parencite textcite autocite footcite
    supercite fullcite citeN shortcite Citet Citep onlinecite
    """.split()  # noqa: SIM905
)
NOUNS = frozenset(("citet", "Citet", "textcite", "citeauthor", "citeN", "onlinecite"))
"""Citations that are nouns of their sentence."""
REFERENCES = frozenset(("ref", "eqref", "autoref", "cref", "Cref", "pageref", "nameref", "vref"))
"""References to other parts of the paper."""
HEADINGS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph", "subparagraph", "title")
MATH = {
    **dict.fromkeys(("math", "displaymath", "equation", "dmath", "empheq"), ""),
    **dict.fromkeys(("align", "flalign", "alignat", "eqnarray", "split"), "aligned"),
    **dict.fromkeys(("gather", "multline"), "gathered"),
}
"""Environments of formulas, and what their rows are written in within other signs."""
FIGURES = frozenset("figure wrapfigure SCfigure sidewaysfigure subfigure teaserfigure".split())  # noqa: SIM905
ENVIRONMENTS_LEFT_OUT = FIGURES | frozenset(
    """
    thebibliography comment tikzpicture picture pspicture filecontents CCSXML keywords IEEEkeywords acknowledgments
    acknowledgements acks ack pgfpicture biblist references titlepage
    """.split()  # noqa: SIM905
)
CODE = frozenset(("verbatim", "lstlisting", "Verbatim", "minted", "alltt"))
TABLES = {"tabular": 1, "tabularx": 2, "tabulary": 2, "longtable": 1, "supertabular": 1, "tabu": 1, "array": 1}
"""Environments of tables, and how many arguments they have."""
LISTS = {"itemize": "-", "enumerate": "1", "description": "", "compactitem": "-", "compactenum": "1", "inparaenum": "1"}
ARGUMENTS_OF_ENVIRONMENTS = {
    "minipage": 1, "multicols": 1, "adjustbox": 1, "wraptable": 2, "spacing": 1, "subtable": 1, "adjustwidth": 2,
    "minted": 1, "list": 2,
}  # fmt: skip


def accented(accent: str, letter: str) -> str:
    """Return a letter with the accent of a command on it.

    >>> accented("'", "e"), accented("c", "c")
    ('é', 'ç')
    """
    letter = {"ı": "i", "ȷ": "j"}.get(letter, letter)
    return unicodedata.normalize("NFC", letter + ACCENTS[accent])
