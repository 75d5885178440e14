"""A page's bytes become a tree, and the tree is cut down to its main content."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, TypedDict

from bs4.dammit import EncodingDetector
from lxml import html
from lxml.etree import Element, ParserError

from loaders._content import Content
from loaders._document import Block, Skipped
from loaders._encoding import decode
from loaders._html_blocks import DROPPED, blocks
from loaders._text import cell

_META = {
    "description": "description",
    "author": "author",
    "keywords": "keywords",
    "date": "date",
    "article:published_time": "date",
    "og:site_name": "site",
}
# Whole words of id, class or role that name a page's furniture.
_FURNITURE = frozenset(
    [
        "nav",
        "navbar",
        "navbox",
        "navigation",
        "topnav",
        "sidenav",
        "sidebar",
        "breadcrumb",
        "breadcrumbs",
        "banner",
        "footer",
        "site-footer",
        "page-footer",
        "site-header",
        "page-header",
        "masthead",
        "cookie-banner",
        "cookie-consent",
        "cookie-notice",
        "cookie-bar",
        "ad",
        "ads",
        "adsbygoogle",
        "skip-link",
        "share-buttons",
        "social-share",
        "pagination",
        "mw-editsection",
        "noprint",
        "printfooter",
        "mw-jump-link",
        "contentinfo",
        "search",
        "menubar",
        "toolbar",
        "advertisement",
        "vector-toc",
        "vector-header-container",
        "vector-page-toolbar",
        "mw-footer-container",
        "reflist-toggle",
        "mw-portlet",
        "vector-dropdown",
        "dropdown-menu",
    ]
)
# The same of parts that are furniture where they are hardly anything but links, and content where they are not.
_LINKED = frozenset(
    [
        "gnav",
        "globalnav",
        "global-nav",
        "global-navi",
        "gnavi",
        "menu",
        "main-menu",
        "nav-menu",
        "main-nav",
        "main-navigation",
        "site-navigation",
        "tags",
        "related",
        "related-posts",
        "related-articles",
        "related-stories",
        "related-links",
        "more-stories",
        "trending",
        "popular",
        "ranking",
        "recommend",
        "recommended",
        "recommendations",
        "sns",
        "share",
        "social",
        "topicpath",
        "pankuzu",
    ]
)
_LINKED_LEAST = 0.8
_TAGS = frozenset(["nav", "footer", "aside", "dialog"])
_MOST = 0.5  # furniture with more of the page's text than this is none
_MAIN_LEAST = 0.2
_PROSE, _SEVERAL, _LONG = 80, 3, 8  # characters of a full paragraph, how many of them, items of a long list


class PageContent(TypedDict):
    """The fields of Content that a page fills."""

    blocks: list[Block]
    title: str
    metadata: dict[str, str]
    skipped: list[Skipped]


def read(data: bytes, charset: str = "") -> Content:
    """The blocks of the main content, the page's title and its metadata. `charset` is what its carrier says of it."""
    declared = charset or EncodingDetector.find_declared_encoding(data, is_html=True)
    text, encoding = decode(data, declared or "")
    root = parse(text)
    return Content(**page(root), encoding=encoding)


def page(root: Any) -> PageContent:
    """What a page says: its blocks, title and metadata, and what was left out as not its content."""
    title = cell(" ".join(root.xpath("//head/title[1]//text()")))
    metadata, whole = _metadata(root), _size(root)
    main = _main(root)
    left_out = whole - _size(main)
    skipped = [Skipped("boilerplate", f"{left_out} characters of navigation and the like")] if left_out else []
    if images := len(main.xpath(".//img[starts-with(@src, 'data:')]")):
        skipped.append(Skipped("image", f"{images} embedded"))
    return {"blocks": list(blocks(main)), "title": title, "metadata": metadata, "skipped": skipped}


def parse(text: str) -> Any:
    """The tree of a page (or of a piece of one); no entity is fetched, nesting is limited by libxml2."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    source = text.replace("\0", "").encode("utf-8", errors="replace")
    try:
        return html.document_fromstring(source, parser=parser)
    except ParserError:  # nothing in it but comments and white space
        return html.document_fromstring(b"<html></html>", parser=parser)


def _metadata(root: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        key = _META.get((meta.get("name") or meta.get("property") or "").lower())
        if key:
            found.setdefault(key, cell(meta.get("content") or ""))
    return found


def _main(root: Any) -> Any:
    """The element that holds the content: <main> or a single <article> if there is enough in it, else the body."""
    body = root.find("body") if root.find("body") is not None else root
    whole = _size(body)
    candidates = body.xpath(".//main | .//*[@role='main']") or _single(body.xpath(".//article"))
    main = max(candidates, key=_size, default=None)
    if main is None or _size(main) < max(_MAIN_LEAST * whole, 1):
        main = body
    _drop_furniture(main)
    return main


def _single(found: list[Any]) -> list[Any]:
    return found if len(found) == 1 else []


def _size(element: Any) -> int:
    """How many characters of text there are, without scripts and styles."""
    texts = (t for e in element.iter() if e.tag not in DROPPED for t in (e.text,) if t)
    tails = (e.tail for e in element.iter() if e is not element and e.tail)
    return sum(len(t.strip()) for t in texts) + sum(len(t.strip()) for t in tails)


def _drop_furniture(main: Any) -> None:
    limit = _MOST * _size(main)
    roles = Counter(_role(element) for element in main.iter(Element))
    for element in [e for e in main.iter(Element) if e is not main and _is_furniture(e, main, roles)]:
        if element.getparent() is not None and _size(element) <= limit:
            element.drop_tree()
    for element in _link_lists(main):
        if _size(element) <= limit:
            element.drop_tree()


def _link_lists(main: Any) -> list[Any]:
    """Long lists of nothing but links before the first of several full paragraphs: menus that no name tells."""
    prose = [p for p in main.iter("p") if _size(p) - sum(map(_size, p.iter("a"))) >= _PROSE]
    if len(prose) < _SEVERAL:
        return []
    found: list[Any] = []
    for element in main.iter("ul", "p"):
        if element is prose[0]:
            break
        if element.tag == "ul" and len(element.findall("li")) >= _LONG and _is_all_links(element):
            found.append(element)
    return found


def _is_all_links(element: Any) -> bool:
    size = _size(element)
    return sum(map(_size, element.iter("a"))) >= 0.95 * size and not element.xpath(".//li[count(.//a) != 1]")


def _is_furniture(element: Any, main: Any, roles: Mapping[str, int]) -> bool:
    if element.tag in _TAGS or element.get("aria-hidden") == "true" or element.get("hidden") is not None:
        return True
    if element.tag == "header":
        if element.xpath(".//h1[not(.//a)]") and not element.xpath(".//nav"):
            return False  # the page's own title
        return main.tag == "body" and not any(a.tag in ("article", "section", "main") for a in element.iterancestors())
    if element.tag == "form":
        return not element.xpath(".//p | .//h1 | .//h2 | .//table")
    if re.search(r"display:\s*none|visibility:\s*hidden", element.get("style") or ""):
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower().split()
    if element.tag in ("body", "html"):
        return False
    linked = not _LINKED.isdisjoint(names) and _is_mostly_links(element)
    return linked or not _FURNITURE.isdisjoint(names) or _is_landmark(element, roles)


def _is_mostly_links(element: Any) -> bool:
    """Whether a part is links, its headings aside."""
    headings = sum(map(_size, element.xpath(".//h1 | .//h2 | .//h3 | .//h4 | .//h5 | .//h6")))
    return sum(map(_size, element.iter("a"))) >= _LINKED_LEAST * (_size(element) - headings)


def _is_landmark(element: Any, roles: Mapping[str, int]) -> bool:
    """Whether a role makes it furniture: one that a page may have once, where it has it once."""
    role = _role(element)
    return role in _FURNITURE and (role == "navigation" or roles[role] == 1)


def _role(element: Any) -> str:
    return (element.get("role") or "").lower()
