"""Chinese on an English page: names and texts that exist in Chinese only are marked as Chinese, so that a screen reader speaks
them and a browser draws them as such (WCAG 3.1.2). Nobody has to think of it in a template."""

from __future__ import annotations

import re

CHINESE = "\u3400-\u9fff\uf900-\ufaff"
RUN = re.compile(f"[\u3008\u300a\uff08]?[{CHINESE}](?:[{CHINESE}\u3001-\u3011\uff01-\uff5e*]*[{CHINESE}\u3009\u300b\uff09*])?")
HAS_CHINESE = re.compile(f"[{CHINESE}]")
TOKEN = re.compile(r'<!--.*?-->|<(?:[^>"]|"[^"]*")*>|[^<]+', re.S)
NAME = re.compile(r"</?([a-z0-9]+)", re.I)
SPOKEN = re.compile(rf'\s(?:alt|aria-label|placeholder|title)="[^"]*[{CHINESE}]')
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr", "path", "rect"}
TEXT_ONLY = {"option", "textarea"}
"""Elements that hold no others: they are marked themselves."""
UNMARKED = {"title", "script", "style"}
STAFF_NUMBER = re.compile("工号 ?(?=[0-9])")
"""What most halls call their clerks by; the number says who it is in every language."""


def marked(html: str) -> str:
    """A page or a part of one, with `lang` on what is Chinese in it."""
    if not HAS_CHINESE.search(html):
        return html
    html = english_numbers(html)
    made: list[str] = []
    inside: list[tuple[str, bool]] = []  # the open elements, and whether what is in them is known to be Chinese
    for token in TOKEN.findall(html):
        name = NAME.match(token)
        if name is None:
            if not token.startswith("<") and HAS_CHINESE.search(token) and not (inside and inside[-1][1]):
                token = _text(token, inside[-1][0] if inside else "", made)
            made.append(token)
            continue
        element = name[1].lower()
        if token.startswith("</"):
            while inside and inside.pop()[0] != element:
                pass
        else:
            token = _tag(token)
            if element not in VOID and not token.endswith("/>"):
                said = re.search(r'\slang="([a-z]+)', token)
                inside.append((element, said[1] == "zh" if said else bool(inside and inside[-1][1])))
        made.append(token)
    return "".join(made)


def english_numbers(text: str) -> str:
    """An English text in which clerks go by their numbers."""
    return STAFF_NUMBER.sub("No. ", text)


def _tag(token: str) -> str:
    if SPOKEN.search(token) and " lang=" not in token:
        return re.sub(r"(\s*/?>)$", r' lang="zh-CN"\1', token)
    return token


def _text(text: str, element: str, made: list[str]) -> str:
    """The text inside an element; of one that holds no others the tag before it is marked."""
    if element in UNMARKED:
        return text
    if element in TEXT_ONLY:
        if " lang=" not in made[-1]:
            made[-1] = made[-1][:-1] + ' lang="zh-CN">'
        return text
    return RUN.sub(lambda run: f'<span lang="zh-CN">{run[0]}</span>', text)
