"""A service item with its whole guide (办事指南), as catalogue, kiosk, phone page and print share it.

Field lengths follow GB/T 39046-2020 table 4, but for web addresses: its 50 characters hold no real one, which carries the
codes of region, department and item. The code tables in `Literal` types follow its annex A.
A text that the public reads in both languages is a `TextConfig`; details of the guide are Chinese, with an English summary.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from contract.configuration.table import BrokenRule, Identifier, Plain, Table, TextConfig, is_stored

ItemType = Literal["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "20"]
AgencyLevel = Literal["1", "2", "3", "4", "5", "6", "7"]
Subject = Literal["1", "2", "3", "4", "5", "6"]
Handling = Literal["window", "online", "mobile", "courier", "other"]
Delivery = Literal["window", "online", "self-service", "post"]
LimitUnit = Literal["working-day", "day", "month", "year"]
Line = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\r\n]+$")]
Telephone = Annotated[str, Plain, Field(pattern="^[0-9][0-9-]{2,17}$")]
LocalCodeText = Annotated[str, Plain, Field(pattern="^[0-9]{8}[A-Z]{2}-[A-Z]{2}-[0-9]{4}$")]


def _address(value: str, info: ValidationInfo) -> str:
    """A web address, or ""; raise BrokenRule for anything else, above all for a link that would run as a program."""
    if _HOST.match(value) is not None:
        value = f"http://{value}"
    if value and not is_stored(info) and _ADDRESS.fullmatch(value) is None:
        raise BrokenRule(
            "is no web address; write it like https://zwfw.example.cn/item", "不是网址，请写成 https://zwfw.example.cn/item"
        )
    return value


_HOST = re.compile(r"[\w-]+(\.[\w-]+)+(:[0-9]+)?(/|$)")
_ADDRESS = re.compile("https?://[^\\s\"'<>]+")
WebAddress = Annotated[str, Plain, Field(max_length=500), AfterValidator(_address)]
DAYS_OF = {"working-day": 1.0, "day": 5 / 7, "month": 21.75, "year": 261.0}


class Basis(Table):
    """A law or rule an item rests on, and where in it."""

    law: str = Field(min_length=2, max_length=200, pattern=r"^[^|\r\n]+$", description="full name, without the brackets 《》")
    article: str = Field("", max_length=100, pattern=r"^[^\r\n]*$", description="for example 第八条")


class Step(Table):
    """One symbol of the flow chart: an oval (start, end), a box (step) or a diamond (decision)."""

    id: Identifier
    kind: Literal["start", "step", "decision", "end"]
    text: str = Field(min_length=1, max_length=40)
    next: Identifier | None = Field(None, description="the step after a start or step")
    yes: Identifier | None = Field(None, description="the step after a decision that holds")
    no: Identifier | None = Field(None, description="the step after a decision that does not hold")
    who: str = Field("", max_length=40)

    @model_validator(mode="after")
    def _arrows_fit_the_symbol(self) -> Self:
        arrows = {"start": ("next",), "step": ("next",), "decision": ("yes", "no"), "end": ()}[self.kind]
        present = tuple(name for name in ("next", "yes", "no") if getattr(self, name) is not None)
        if present != arrows:
            wanted, found = " and ".join(arrows) or "no arrow", " and ".join(present) or "none"
            needed = {"decision": "填“是”和“否”两个去向", "end": "不填去向"}.get(self.kind, "只填“下一步”")
            raise BrokenRule(f"a {self.kind} needs {wanted}, this one has {found}", f"步骤“{self.text}”的去向不对：应{needed}")
        return self


class Material(Table):
    """One thing to bring (GB/T 39046 table 4, application material)."""

    id: Identifier
    name: TextConfig
    basis: str = Field("", max_length=500)
    format: Literal["paper", "electronic", "either"] = "either"
    originals: int = Field(0, ge=0, le=99)
    copies: int = Field(0, ge=0, le=99)
    seal: str = Field("", max_length=100, description="who signs or seals it")
    form: Identifier | None = Field(None, description="blank form that the kiosk can print")
    how_to_fill: str = Field("", max_length=500)
    example: str = Field("", max_length=500)
    source: Literal["applicant", "government", "intermediary", "other-party"] = "applicant"
    issuer: str = Field("", max_length=100)
    note: str = Field("", max_length=500)
    required: bool = True


class Limit(Table):
    """A time limit; `days` 0 means at once, None that no rule sets one."""

    days: int | None = Field(None, ge=0, le=9999)
    unit: LimitUnit = "working-day"
    note: str = Field("", max_length=500)

    @property
    def working_days(self) -> float | None:
        """About how many working days that is, to compare limits in different units."""
        return None if self.days is None else self.days * DAYS_OF[self.unit]


class Fee(Table):
    charged: bool = False
    amount: str = Field(default="不收费", max_length=500)
    basis: str = Field(default="", max_length=500)


class Question(Table):
    q: str = Field(min_length=1, max_length=200)
    a: str = Field(min_length=1, max_length=500)


class FormField(Table):
    """One line of a blank form; `example` is what the filled-in example shows."""

    label: str = Field(min_length=1, max_length=60)
    example: str = Field(min_length=1, max_length=200)
    lines: int = Field(1, ge=1, le=12)


class Form(Table):
    """A blank form that the kiosk prints, empty or filled in as an example."""

    id: Identifier
    title: TextConfig
    fields: list[FormField] = Field(min_length=1)
    declaration: str = Field("", max_length=500)
    signed_by: str = "申请人"


class Item(Table):
    """One service item and its guide. `id` is its code in small letters, so that it fits topics and addresses."""

    code: LocalCodeText
    national_code: Annotated[str, Plain, Field(max_length=64)] | None = None
    name: TextConfig
    summary: TextConfig
    words: list[Line] = Field([], description="what people call it, found by search")
    type: ItemType
    type_name: TextConfig
    department: str = Field(min_length=2, max_length=100)
    department_en: str = Field(min_length=2, max_length=200)
    department_code: Annotated[str, Plain, Field(max_length=18)] | None = Field(
        None, description="unified social credit code of the agency"
    )
    level: AgencyLevel = "4"
    kind: Literal["immediate", "committed"]
    subjects: list[Subject] = Field(min_length=1)
    audience: list[Literal["person", "enterprise"]] = Field(min_length=1)
    basis: list[Basis] = Field(min_length=1)
    conditions: list[Line] = Field(min_length=1)
    materials: list[Material]
    no_material_note: str = Field("", max_length=500, description="why nothing has to be brought, where that is so")
    steps: list[Step] = Field(min_length=2)
    legal_limit: Limit
    promised_limit: Limit
    fee: Fee = Fee()
    result: str = Field(min_length=1, max_length=100)
    certificate: bool = Field(description="whether a certificate or licence is issued (审批证件)")
    delivery: list[Delivery] = Field(min_length=1)
    place: str = Field(min_length=2, max_length=100)
    windows: list[Identifier] = Field(min_length=1)
    queue: Identifier
    hours: str = Field(min_length=2, max_length=150)
    handling: list[Handling] = Field(min_length=1)
    online_address: WebAddress = ""
    telephone: Telephone
    supervision_telephone: Telephone
    complaints: Telephone = "12345"
    visits: int = Field(1, ge=0, le=9, description="how often one has to come (到现场次数)")
    appointment: bool = True
    online_payment: bool = False
    delegated_from: str = Field("", max_length=100, description="the higher agency that handed the item down")
    across: Literal["", "nation", "provinces", "cities", "counties"] = ""
    quantity_limit: str = Field("无", max_length=200)
    intermediary: str = Field("无", max_length=2000)
    faq: list[Question] = Field(min_length=1)
    theme: Identifier
    life_events: list[Identifier] = Field([])

    @property
    def id(self) -> str:
        return self.code.lower()

    @property
    def has_link(self) -> bool:
        """Whether the address can be a link; what an earlier version took in may be any text."""
        return _ADDRESS.fullmatch(self.online_address) is not None

    @model_validator(mode="after")
    def _texts_fit_the_standard(self) -> Self:
        measured = [
            ("name.zh", "事项名称", self.name.zh, 200),
            ("basis", "设定依据", "".join(b.law + b.article for b in self.basis), 1000),
            ("faq", "常见问题", "".join(q.q + q.a for q in self.faq), 1000),
            *((f"materials.{m.id}.name", f"材料“{m.id}”的名称", m.name.zh, 200) for m in self.materials),
        ]
        for key, zh, text, limit in measured:
            if not 0 < len(text) <= limit:
                raise BrokenRule(
                    f"{key} has {len(text)} characters; GB/T 39046 allows 1 to {limit}",
                    f"{zh}有{len(text)}个字，标准（GB/T 39046）允许1至{limit}个字",
                )
        return self

    @model_validator(mode="after")
    def _flow_is_whole(self) -> Self:
        """One start, at least one end, every arrow leads to a step, every step is reached."""
        steps = {step.id: step for step in self.steps}
        if len(steps) != len(self.steps):
            raise BrokenRule("steps: an id stands twice; every step has its own", "流程：步骤标识重复，每一步要用不同的标识")
        if [s.kind for s in self.steps].count("start") != 1 or not any(s.kind == "end" for s in self.steps):
            raise BrokenRule("steps: a flow has one start and at least one end", "流程：应有一个开始和至少一个结束")
        reached: set[str] = set()
        todo = [next(s.id for s in self.steps if s.kind == "start")]
        while todo:
            step = steps.get(name := todo.pop())
            if step is None:
                raise BrokenRule(
                    f"steps: an arrow leads to {name!r}, which is no step", f"流程：去向“{name}”不是任何步骤的标识"
                )
            if name not in reached:
                reached.add(name)
                todo += [a for a in (step.next, step.yes, step.no) if a]
        if missing := sorted(set(steps) - reached):
            names = ", ".join(missing)
            texts = "、".join(f"“{steps[name].text}”" for name in missing)
            raise BrokenRule(f"steps: no arrow leads to {names}", f"流程：没有哪一步通向{texts}")
        return self
