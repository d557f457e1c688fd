"""What a person sees who asks for an address that is not there: plain HTML, which costs the server no open page."""

from typing import Final

import nicegui
from fastapi import Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from app.theme import TITLE, sheet
from components.tokens import css_variables

NOT_FOUND: Final = 404
_PAGE: Final = """<!DOCTYPE html>
<html lang="en-US">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Not here · {title}</title><style>body {{ margin: 0; }} {css}</style></head>
<body>
<header class="ss-top"><p class="ss-brand">{title}</p>
<nav class="ss-nav" aria-label="Pages"><a href="/">Board</a></nav></header>
<main class="ss-page-body"><h1>Not here</h1>
<p>There is no page at this address. Every tap has its place on the board.</p>
<a class="ss-back" href="/">Back to the board</a></main>
</body></html>
"""


def register() -> None:
    """Answer every unknown address in our own words; what a program asked for gets JSON, as before."""

    @nicegui.app.exception_handler(NOT_FOUND)
    async def no_such_page(request: Request, why: Exception) -> Response:
        if "text/html" not in request.headers.get("accept", ""):
            said = why if isinstance(why, HTTPException) else HTTPException(NOT_FOUND)
            return await http_exception_handler(request, said)
        return HTMLResponse(_PAGE.format(title=TITLE, css=css_variables() + sheet()), status_code=NOT_FOUND)
