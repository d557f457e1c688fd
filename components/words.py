"""Plain words in the HTML tag that says what they are: a heading, a paragraph, a term, a link."""

from nicegui.elements.mixins.text_element import TextElement


class Words(TextElement):
    """Text in `tag`; never HTML, so a beer called `<b>` is shown as it is written."""

    def __init__(self, text: str, tag: str = "p") -> None:
        super().__init__(tag=tag, text=text)


def link(text: str, href: str) -> Words:
    """Give a link to a page of ours; `href` is a path, never what a person has typed."""
    anchor = Words(text, "a")
    anchor.props["href"] = href
    return anchor
