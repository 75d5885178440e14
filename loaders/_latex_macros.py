"""What the macros and environments of LaTeX mean for a document's structure and text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db
from pylatexenc.latexwalker import get_default_latex_context_db as get_parsing_db
from pylatexenc.macrospec import std_environment, std_macro

HEADINGS = {
    "part": 1,
    "chapter": 1,
    "section": 2,
    "subsection": 3,
    "subsubsection": 4,
    "paragraph": 5,
    "subparagraph": 6,
}
LISTS = ("itemize", "enumerate", "description")
TABLES = ("tabular", "tabular*", "tabularx", "longtable", "array", "tabulary")
MARKED_CODE = ("Highlighting",)  # pandoc's: code with macros for its colours
WRAPPERS = ("hypertarget", "texorpdfstring")  # what they show is their last argument, which may be a heading
CODE = ("verbatim", "verbatim*", "lstlisting", "minted", "alltt", "Verbatim")
FORMULAS = (
    "equation",
    "equation*",
    "align",
    "align*",
    "gather",
    "gather*",
    "multline",
    "eqnarray",
    "displaymath",
    "math",
    "flalign",
    "flalign*",
    "multline*",
    "eqnarray*",
)
_SHOWN = (
    *("ref", "autoref", "url", "href", "multicolumn", "multirow"),
    *("texttt", "textsf", "textmd", "textup", "mbox", "keywords", "citetext"),
)
_CITED = (
    *("cite", "citet", "citep", "citealp", "citealt", "citeauthor", "citeyear", "citeyearpar", "citenum"),
    *("Citet", "Citep", "Citealp", "Citealt", "Citeauthor"),
)
THEOREMS = ("theorem", "lemma", "proposition", "corollary", "definition", "remark", "example", "conjecture", "proof")
FILES = ("input", "include", "subfile", "bibliography")
SILENT = frozenset(
    [
        "documentclass",
        "usepackage",
        "label",
        "newcommand",
        "renewcommand",
        "providecommand",
        "def",
        "setlength",
        "maketitle",
        "tableofcontents",
        "bibliographystyle",
        "pagestyle",
        "thispagestyle",
        "vspace",
        "hspace",
        "includegraphics",
        "newpage",
        "centering",
        "noindent",
        "hline",
        "toprule",
        "midrule",
        "bottomrule",
        "cline",
        "cmidrule",
        "title",
        "author",
        "date",
        "setcounter",
        "addtocounter",
        "hypersetup",
        "geometry",
        "graphicspath",
        "bigskip",
        "smallskip",
        "medskip",
        "clearpage",
    ]
)


def parsing_database() -> Any:
    """pylatexenc's own, and the arguments of macros and environments that it does not know or that we read."""
    arguments = {
        "*[{": HEADINGS,
        "[{": ["caption", "bibitem"],
        "{{{": ["multicolumn", "multirow"],
        "{{": ["href", "setcounter", *WRAPPERS],
    }
    arguments["{"] = [
        "bibliographystyle",
        "pagestyle",
        "thispagestyle",
        "hypersetup",
        "url",
        "title",
        "author",
        "date",
        "subfile",
    ]
    arguments["{"] += ["author", "date", "subfile", "bibliography", "citet", "citep", "autoref", "thanks"]
    macros = [std_macro(name, form) for form, names in arguments.items() for name in names]
    environments = [
        std_environment("tabularx", "{{"),
        std_environment("longtable", "[{"),
        std_environment("minipage", "[[[{"),
        std_environment("thebibliography", "{"),
        std_environment("Highlighting", "["),
        std_environment("tabular*", "{[{"),
    ]
    found = get_parsing_db()
    found.add_context_category("tenkyo", macros=macros, environments=environments, prepend=True)
    return found


def text_database() -> Any:
    """pylatexenc's own, and what stands in the text for references, links and what is shown elsewhere."""
    forms = dict.fromkeys(_CITED, "[{}]") | dict.fromkeys(_SHOWN, "{}") | {"thanks": " ({})", "bibitem": "[{}] "}
    macros = [MacroTextSpec(name, _form(form)) for name, form in forms.items()]
    macros += [MacroTextSpec("verb", _verbatim), MacroTextSpec("and", "; ")]
    macros += [MacroTextSpec(name, "") for name in ("label", "footnote", "includegraphics")]
    found = get_default_latex_context_db()
    found.add_context_category("tenkyo", macros=macros, prepend=True)
    return found


def _form(form: str) -> Callable[[Any, LatexNodes2Text], str]:
    # pylatexenc looks at the names of the parameters
    return lambda node, l2tobj: form.format(last_argument(node, l2tobj))


def _verbatim(node: Any) -> str:
    return node.nodeargd.verbatim_text if node.nodeargd else ""


def last_argument(node: Any, l2t: LatexNodes2Text) -> str:
    arguments = [argument for argument in node.nodeargd.argnlist if argument is not None] if node.nodeargd else []
    return l2t.nodelist_to_text([arguments[-1]]) if arguments else ""
