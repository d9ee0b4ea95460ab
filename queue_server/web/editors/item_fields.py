"""How the fields of an item stand in its form: groups, what can be chosen, which are long."""

from __future__ import annotations

from collections.abc import Mapping

from contract.configuration.table import TextConfig
from contract.texts import unchanged as _
from queue_server.catalogue.load import Shared
from queue_server.web.site import Site

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (_("名称和编码"), (
        "code", "name.zh", "name.en", "summary.zh", "summary.en", "words", "national_code", "theme", "life_events",
    )),
    (_("谁来办、给谁办"), (
        "department_en", "department_code", "level", "kind", "subjects", "audience", "delegated_from", "across",
    )),
    (_("依据和条件"), ("basis", "conditions", "quantity_limit", "intermediary")),
    (_("时限、收费和结果"), (
        "legal_limit.days", "legal_limit.unit", "legal_limit.note", "promised_limit.days", "promised_limit.unit",
        "promised_limit.note", "fee.charged", "fee.amount", "fee.basis", "result", "certificate", "delivery",
    )),
    (_("在哪里办、怎么办"), (
        "place", "windows", "queue", "hours", "handling", "online_address", "telephone", "supervision_telephone", "complaints",
        "visits", "appointment", "online_payment",
    )),
)  # fmt: skip
"""Title of a group → its fields, in the order of the form."""

SUBJECTS = {
    "1": TextConfig(zh="自然人", en="natural persons"),
    "2": TextConfig(zh="企业法人", en="enterprises"),
    "3": TextConfig(zh="事业法人", en="public institutions"),
    "4": TextConfig(zh="社会组织法人", en="social organisations"),
    "5": TextConfig(zh="行政机关", en="government offices"),
    "6": TextConfig(zh="其他组织", en="other organisations"),
}
LEVELS = {
    "1": TextConfig(zh="国家级", en="state"),
    "2": TextConfig(zh="省级", en="province"),
    "3": TextConfig(zh="市级", en="city"),
    "4": TextConfig(zh="县级", en="county"),
    "5": TextConfig(zh="镇（乡、街道）级", en="township"),
    "6": TextConfig(zh="村（社区）级", en="village"),
    "7": TextConfig(zh="分级管理", en="several levels"),
}
"""GB/T 39046-2020 A.4 and A.2."""

TITLES = {
    "level": _("行使层级"),
    "subjects": _("服务对象"),
    "yes": _("符合时，下一步"),
    "no": _("不符合时，下一步"),
    "who": _("由谁办"),
}
"""Where the form shows words, the headers of the tables would promise codes, or are too short to be understood."""
LONG = (
    "place",
    "online_address",
    "summary.zh",
    "summary.en",
    "legal_limit.note",
    "promised_limit.note",
    "fee.amount",
    "fee.basis",
    "intermediary",
    "hours",
    "basis",
    "how_to_fill",
    "example",
    "note",
    "a",
)
"""Fields that get several lines to write in."""

Options = Mapping[str, Mapping[str, TextConfig]]


def options(site: Site, shared: Shared) -> Options:
    """Field → value → what it is called, for the fields that name things of the hall or codes of the norm."""
    config = site.config
    return {
        "queue": {queue.id: queue.name for queue in config.queue},
        "theme": {theme.id: theme.name for theme in config.theme},
        "windows": {w.id: TextConfig(zh=f"{w.number} {w.name.zh}", en=f"{w.number} {w.name.en}") for w in config.window},
        "life_events": {event.id: event.name for event in shared.life_event},
        "form": {form.id: form.title for form in shared.form},
        "subjects": SUBJECTS,
        "level": LEVELS,
    }
