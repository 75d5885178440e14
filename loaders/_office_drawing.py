"""What stands in the drawings of Office files: charts, diagrams (SmartArt), and the texts that describe pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml.etree import _Element

from loaders._document import Block
from loaders._office_charts import chart_blocks, chart_id
from loaders._office_package import Package, Relation, tag, value
from loaders._text import cell

_NO_DESCRIPTION = re.compile(
    r"(?:picture|image|graphic|icon|logo|shape|図|図形|画像|グラフィックス|アイコン|ロゴ)?\s*\d*"
    r"|[\w.-]+\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg)|https?://\S+",
    re.IGNORECASE,
)
# What Office adds to descriptions that it made itself.
_AUTOMATIC = re.compile(
    r"\s*(?:description automatically generated.*|AI-generated content may be incorrect.*|(?:with )?solid fill"
    r"|自動的に生成された説明.*|が含まれている画像.*|AI によって生成されたコンテンツは.*|単色塗りつぶし"
    r"|(?:低い|中程度の|高い)精度で.*)$",
    re.IGNORECASE | re.DOTALL,
)
_MAX_LEVELS = 50


def graphic_blocks(graphic: _Element, package: Package, relations: Mapping[str, Relation]) -> Iterator[Block]:
    """The charts and the diagram of a drawing; nothing for one of another kind."""
    if relation := relations.get(chart_id(graphic)):
        chart = package.xml(relation.target)
        if chart is not None:
            yield from chart_blocks(chart)
    for ids in graphic.iter(tag("dgm:relIds")):
        relation = relations.get(value(ids, "r:dm"))
        data = None if relation is None else package.xml(relation.target)
        if data is not None:
            yield from _diagram(data)


def description(properties: _Element | None) -> Iterator[Block]:
    """The alternative text of a drawing as a caption, if a person or a machine wrote one that says something."""
    text = "" if properties is None else _AUTOMATIC.sub("", properties.get("descr", ""))
    text = cell(text)
    if text and not _NO_DESCRIPTION.fullmatch(text):
        yield Block("caption", text)


def _diagram(data: _Element) -> Iterator[Block]:
    """The texts of a diagram as a list, by what hangs on what (ECMA-376 part 1, 21.4)."""
    points = {value: point for point in data.iter(tag("dgm:pt")) if (value := point.get("modelId", ""))}
    below: dict[str, list[tuple[int, str]]] = {}
    for link in data.iter(tag("dgm:cxn")):
        if link.get("type", "parOf") == "parOf":
            order = link.get("srcOrd", "0")
            child = (int(order) if order.isdigit() else 0, link.get("destId", ""))
            below.setdefault(link.get("srcId", ""), []).append(child)
    roots = [name for name, point in points.items() if point.get("type") == "doc"]
    nodes = [name for name, point in points.items() if point.get("type", "node") in ("node", "asst")]
    seen: set[str] = set()
    for root in [*roots, *nodes]:
        stack = [(root, 0)]
        while stack:
            name, level = stack.pop()
            if name in seen or name not in points:
                continue
            seen.add(name)
            if text := _point_text(points[name]):
                yield Block("list", text, min(max(level, 1), _MAX_LEVELS))
            children = sorted(below.get(name, ()), reverse=True)
            stack.extend((child, level + 1) for _, child in children)


def _point_text(point: _Element) -> str:
    paragraphs = point.iterfind(f"{tag('dgm:t')}/{tag('a:p')}")
    return cell(" ".join("".join(text.text or "" for text in p.iter(tag("a:t"))) for p in paragraphs))
