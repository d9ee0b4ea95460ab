"""Turns templates into pages, in the reader's language."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.types import Scope

from contract.configuration.hall import HallConfig
from contract.number_masking import mask_said
from contract.texts import texts
from contract.wait_words import ahead_words, wait_words
from contract.wire import device_words, pause_reasons
from queue_server.web import compression
from queue_server.web.chinese_marked import english_numbers, marked
from queue_server.web.menu import entries

LANGUAGES = ("zh", "en")
LANGUAGE_COOKIE = "lang"
LETTERS, LETTERS_COOKIE = ("normal", "large"), "letters"
"""How large the letters of the pages for phones are, beside what the phone itself is set to."""
TAG, WEIGHT = re.compile(r"[a-z]{1,8}(-[a-z0-9]{1,8})*"), re.compile(r"(q=[01](\.[0-9]{0,3})?)?")
EDITION = re.compile(r"[0-9a-f]{10}")
STATIC = Path(__file__).parent / "static"


class Pages:
    """The templates of one hall, once for each language."""

    def __init__(self, config: HallConfig, *, guides: bool = False) -> None:
        """`guides`: whether the hall has pages of service items."""
        self.config, self._guides = config, guides
        self.edition = _edition()
        self._gettext = {language: texts(language) for language in LANGUAGES}
        self._environments = {language: self._environment(language) for language in LANGUAGES}

    def language(self, request: Request) -> str:
        """What the reader chose, else what the browser asks for."""
        chosen = request.cookies.get(LANGUAGE_COOKIE)
        return chosen if chosen in LANGUAGES else preferred(request.headers.get("accept-language", ""))

    def gettext(self, language: str) -> Callable[[str], str]:
        """The texts of the product in `language`."""
        return self._gettext[language]

    def page(self, request: Request, template: str, *, status: int = 200, **context: object) -> HTMLResponse:
        """A whole page."""
        language = self.language(request)
        large = request.cookies.get(LETTERS_COOKIE) == "large"
        html = self.part(language, template, path=local_path(str(request.url)), large=large, **context)
        return compression.page(request, html, status, personal=context.get("session") is not None)

    def part(self, language: str, template: str, **context: object) -> str:
        """One template as HTML text."""
        html = self._environments[language].get_template(template).render(context)
        return html if language == "zh" else marked(html)

    def words(self, language: str, template: str, **context: object) -> str:
        """One template as plain text."""
        text = self._environments[language].get_template(template).render(context).strip()
        return text if language == "zh" else english_numbers(text)

    def _environment(self, language: str) -> Environment:
        environment = Environment(
            loader=PackageLoader("queue_server.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        gettext = self._gettext[language]
        environment.install_gettext_callables(  # type: ignore[attr-defined]
            gettext, lambda one, many, n: gettext(one if n == 1 else many), newstyle=True
        )
        environment.globals.update(
            language=language,
            hall=self.config.hall,
            say=lambda text: getattr(text, language),
            why_paused=pause_reasons.for_staff,
            spaced=device_words.spaced,
            device_word=lambda state: device_words.word(state, language),
            device_sentence=lambda kind, state: device_words.sentence(kind, state, language),
            static=lambda name: f"/static/{self.edition}/{name}",
            menu=lambda role: entries(role, guides=self._guides),
            ahead_said=lambda ahead: ahead_words(ahead, gettext),
            wait=lambda estimate, opens_at, today: wait_words(estimate, opens_at, today, gettext),
        )
        environment.filters.update(capital=capital, duration=duration, masked=mask_said)
        return environment


def preferred(asked: str) -> str:
    """The language for an Accept-Language header (RFC 9110, 12.5.4): Chinese for whoever reads it best or asks for nothing,
    English for whoever asks for other languages alone."""
    wishes = []
    for wish in asked.split(",")[:20]:
        tag, _, weight = wish.strip().lower().partition(";")
        if WEIGHT.fullmatch(weight.strip()) and TAG.fullmatch(tag.strip()):
            wishes.append((float(weight.partition("=")[2] or 1), tag.strip().partition("-")[0]))
    wanted = [tag for weight, tag in sorted(wishes, key=lambda wish: -wish[0]) if weight > 0]
    known = [tag for tag in wanted if tag in LANGUAGES]
    return known[0] if known else "en" if wanted else LANGUAGES[0]


def local_path(address: str) -> str:
    """Path and query of an address if it leads back to this server, else `/`: nobody is sent away to another host."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


def capital(text: str) -> str:
    """A word or phrase that stands alone, with a capital letter."""
    return text[:1].upper() + text[1:]


def duration(seconds: float) -> str:
    """Seconds as `12:05` or `1:02:05`."""
    hours, rest = divmod(max(0, int(seconds)), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


class EditionFiles(StaticFiles):
    """Static files below a folder that names their edition: what one imports from another is of the same edition too, and a
    browser keeps both until there is a newer one."""

    def get_path(self, scope: Scope) -> str:
        """The file's path, without the edition."""
        path = super().get_path(scope)
        first, _, rest = path.partition("/")
        return rest if EDITION.fullmatch(first) else path


def _edition() -> str:
    """Names the present state of the static files, so that browsers fetch them again after an update only."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]
