"""Code keeps the language that its file names; notebooks are read cell by cell."""

from __future__ import annotations

import json

import pytest

from loaders import Location, load

FENCES = "```{}\nx = 1\n```\n"


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ("python", "python"), ("C++ title=a.cpp", "c++"), ("{.haskell .numberLines}", "haskell"),
        ("{r, echo=FALSE}", "r"), ("js:app.js", "js"), ("rust,ignore", "rust"), ("", ""), ("text", ""),
        ("{code-cell} ipython3", "ipython3"),
    ],
)  # fmt: skip
def test_a_fence_of_markdown_names_the_language(info: str, language: str) -> None:
    block = load(FENCES.format(info).encode(), "a.md").blocks[0]
    assert (block.kind, block.text, block.language) == ("code", "x = 1", language)


@pytest.mark.parametrize(
    "html",
    [
        '<pre><code class="language-python">x</code></pre>',
        '<pre class="lang-python prettyprint"><code>x</code></pre>',
        '<div class="highlight highlight-source-python"><pre>x</pre></div>',
        '<div class="highlight-python notranslate"><div class="highlight"><pre>x</pre></div></div>',
        '<pre class="brush: python; gutter: false">x</pre>',
        '<pre data-lang="Python">x</pre>',
        '<div class="sourceCode"><pre class="sourceCode python"><code>x</code></pre></div>',
    ],
)
def test_classes_of_web_pages_name_the_language(html: str) -> None:
    page = f"<!doctype html><body><p>Some text before the code.</p>{html}<p>Some text after it.</p>"
    assert [block.language for block in load(page.encode(), "a.html").blocks if block.kind == "code"] == ["python"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.rst", "Title\n=====\n\n.. code-block:: python\n\n   x = 1\n"),
        ("a.rst", "Title\n=====\n\n.. sourcecode:: python\n   :linenos:\n\n   x = 1\n"),
        ("a.rst", "Title\n=====\n\n.. code-block:: python\n   :emphasize-lines: 1\n   :caption: a.py\n\n   x = 1\n"),
        ("a.tex", "\\documentclass{article}\\begin{document}\n\\begin{lstlisting}[caption=A,language=Python]\nx = 1\n"
                  "\\end{lstlisting}\n\\end{document}"),
        ("a.tex", "\\documentclass{article}\\begin{document}\n\\begin{minted}[linenos]{python}\nx = 1\n\\end{minted}\n"
                  "\\end{document}"),
        ("a.py", "x = 1\n"),
    ],
)  # fmt: skip
def test_other_formats_name_the_language(name: str, text: str) -> None:
    code = [block for block in load(text.encode(), name).blocks if block.kind == "code"]
    assert [(block.text, block.language) for block in code] == [("x = 1", "python")]


def test_a_formula_of_restructured_text_stands_beside_or_below_its_directive() -> None:
    text = "Title\n=====\n\n.. math:: a = b\n\n.. math::\n   :label: second\n\n   c = d\n"
    assert [block.text for block in load(text.encode(), "a.rst").blocks] == ["Title", "a = b", "c = d"]


def _notebook(*cells: dict[str, object]) -> bytes:
    about = {"language_info": {"name": "python"}, "kernelspec": {"display_name": "Python 3"}}
    return json.dumps({"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}).encode()


def test_a_notebook_is_text_code_and_what_the_code_gave() -> None:
    table = "<style>td {}</style><table><tr><th></th><th>price</th></tr>"
    data = _notebook(
        {"cell_type": "markdown", "metadata": {}, "source": ["# Prices\n", "\n", "Of **all** lamps:"]},
        {
            "cell_type": "code", "metadata": {}, "execution_count": 1, "source": ["import pandas\n", "table"],
            "outputs": [
                {"output_type": "stream", "name": "stdout", "text": ["\x1b[31mread\x1b[0m 1 row\n"]},
                {
                    "output_type": "execute_result",
                    "data": {"text/plain": ["price"], "text/html": [table, "<tr><th>0</th><td>12</td></tr></table>"]},
                },
                {"output_type": "display_data", "data": {"image/png": "iV", "text/plain": ["<Figure size 640x480>"]}},
                {"output_type": "error", "ename": "KeyError", "evalue": "'cost'", "traceback": []},
            ],
        },
        {"cell_type": "code", "metadata": {}, "source": "%%bash\nls", "outputs": []},
    )  # fmt: skip
    document = load(data, "a.ipynb")
    assert [(block.kind, block.text, block.language, block.location) for block in document.blocks] == [
        ("heading", "Prices", "", Location(cell=1)),
        ("paragraph", "Of all lamps:", "", Location(cell=1)),
        ("code", "import pandas\ntable", "python", Location(cell=2)),
        ("code", "read 1 row", "", Location(cell=2)),
        ("table", " | price\n0 | 12", "", Location(cell=2)),
        ("code", "KeyError: 'cost'", "", Location(cell=2)),
        ("code", "%%bash\nls", "bash", Location(cell=3)),
    ]
    assert (document.title, document.metadata["language"]) == ("Prices", "python")
    assert [(one.reason, one.what) for one in document.report.skipped] == [("image", "1")]


def test_a_notebook_in_which_nothing_is_what_it_should_be_is_refused_or_read() -> None:
    data = b'{"cells": [{"cell_type": "code", "source": ["x"], "outputs": 3}, 4, "a"], "metadata": [], "nbformat": 4}'
    assert [block.text for block in load(data, "a.ipynb").blocks] == ["x"]
