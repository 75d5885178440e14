"""What of a page is its content."""

from __future__ import annotations

from loaders import load

ARTICLE = "<p>The river burst its banks on Monday night and flooded two hundred homes in the lower town.</p>"


def _texts(html: str) -> list[str]:
    return [block.text for block in load(html.encode(), "a.html").blocks]


def test_a_header_with_the_pages_own_title_is_content_and_one_with_a_menu_is_not() -> None:
    menu = '<header><a href="/">Home</a><nav><a href="/a">About us</a></nav></header>'
    title = "<header><h1>River floods</h1><p>By Jane Doe</p></header>"
    assert _texts(f"<body>{menu}{title}{ARTICLE}</body>")[:2] == ["River floods", "By Jane Doe"]
    logo = '<header><h1><a href="/">The Daily</a></h1></header>'
    assert "The Daily" not in _texts(f"<body>{logo}<h2>River floods</h2>{ARTICLE}</body>")


def test_parts_with_a_name_for_links_are_left_out_where_they_are_links() -> None:
    links = '<h3>Related stories</h3><ul><li><a href="/1">Storm hits coast</a></li><li><a href="/2">Rain</a></li></ul>'
    found = _texts(f'<main><h1>Floods</h1>{ARTICLE}<section class="box related">{links}</section></main>')
    assert not any("Storm" in text or "Related" in text for text in found)
    dishes = (
        '<div class="menu"><h2>Menu</h2><p>Onion soup 6.50</p><p>Trout with <a href="/a">almonds</a> 18.00</p></div>'
    )
    assert "Onion soup 6.50" in _texts(f"<main><h1>Bistro</h1>{ARTICLE}{dishes}</main>")


def test_advertisements_and_cookie_notices_are_left_out() -> None:
    ad = '<div class="ad">Buy boots now!</div><div id="cookie-notice"><p>We use cookies.</p></div>'
    found = " ".join(_texts(f"<body><h1>Floods</h1>{ARTICLE}{ad}</body>"))
    assert "boots" not in found
    assert "cookies" not in found
