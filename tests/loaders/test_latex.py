"""LaTeX as people and programs write it."""

from __future__ import annotations

from itertools import pairwise

from loaders import load


def _blocks(body: str, preamble: str = "") -> list[tuple[str, str]]:
    source = rf"\documentclass{{article}}{preamble}\begin{{document}}{body}\end{{document}}"
    return [(block.kind, block.text) for block in load(source.encode(), "a.tex").blocks]


def test_headings_that_pandoc_wraps_in_a_target() -> None:
    """Pandoc puts each heading in the argument of a macro that marks a place."""
    found = _blocks("\\hypertarget{steps}{%\n\\section{Steps}\\label{steps}}\n\nFirst.")
    assert found == [("heading", "Steps"), ("paragraph", "First.")]


def test_code_in_a_line_is_read() -> None:
    assert _blocks(r"Call \texttt{a\_b} or \verb|x_y|.") == [("paragraph", "Call a_b or x_y.")]


def test_macros_of_the_document_itself_are_written_out() -> None:
    preamble = (
        "\n\\usepackage{xspace}\n\\newcommand{\\sys}{\\textsc{Tenkyo}\\xspace}\n\\def\\pair#1#2{from #1 to \\sys #2}\n"
    )
    document = load(
        rf"\documentclass{{article}}{preamble}\begin{{document}}\sys is \pair{{3}}{{7}}.\end{{document}}".encode(),
        "a.tex",
    )
    assert [block.text for block in document.blocks] == ["Tenkyo is from 3 to Tenkyo 7."]
    assert document.blocks[0].location.line == 5


def test_macros_that_grow_without_end_do_not() -> None:
    names = [f"b{chr(97 + n)}" for n in range(20)]
    doubled = "".join(rf"\newcommand{{\{new}}}{{\{old} \{old}}}" for old, new in pairwise(names))
    found = _blocks(rf"Before. \{names[-1]} After.", rf"\newcommand{{\{names[0]}}}{{{'x' * 1900}}}{doubled}")
    assert sum(len(text) for _, text in found) < 100_000


def test_tables_with_spans_captions_and_heads_of_each_page() -> None:
    table = (
        "\\begin{longtable}[]{@{}lr@{}}\n\\caption{Peaks}\\tabularnewline\n\\toprule\n"
        "Peak & \\multicolumn{2}{c}{High} \\\\"
        "\n\\midrule\n\\endfirsthead\n\\toprule\nPeak & High \\\\\n\\endhead\nGo on \\\\ \\endfoot\n"
        "\\multirow{2}{*}{Fuji} & 3776 & m \\\\\n & 12389 & ft \\\\\n\\bottomrule\n\\end{longtable}"
    )
    assert _blocks(table) == [("caption", "Peaks"), ("table", "Peak | High | \nFuji | 3776 | m\nFuji | 12389 | ft")]


def test_theorems_listings_and_sources() -> None:
    found = _blocks(
        "\\begin{lemma}[Zorn]There is one.\\end{lemma}\n\\begin{lstlisting}[language=C]\nint x;\n\\end{lstlisting}\n"
        "See \\citep{k84}.\n\\begin{thebibliography}{9}\\bibitem{k84} D. Knuth.\\end{thebibliography}"
    )
    assert found == [
        ("paragraph", "Lemma (Zorn). There is one."),
        ("code", "int x;"),
        ("paragraph", "See [k84]."),
        ("note", "[k84] D. Knuth."),
    ]
