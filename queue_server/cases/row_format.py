"""Reads the cases that an approval platform hands over. All of them are sound, or none is taken.

Keys and columns are those of `contract.wire.case.Case`; the steps of a case come in JSON only.
"""

from __future__ import annotations

from contract.wire import case_number
from contract.wire.case import Case
from queue_server.row_files.problem import BadRows
from queue_server.row_files.reader import RowReader

BadCases = BadRows
TITLES = {
    "number": "办件编号", "item": "事项名称", "item_code": "事项编码", "state": "状态", "department": "部门",
    "applicant": "申请人", "id_last_four": "证件号码后四位", "person": "申请人标识", "received_on": "收件日期",
    "promised_on": "承诺办结日期", "legal_on": "法定办结日期", "handler": "经办人", "contact": "联系电话",
    "reason": "不予受理或许可的理由", "basis": "依据",
    "missing": "需补正的材料", "due_on": "补正期限", "materials": "已收材料", "delivery": "送达方式",
}  # fmt: skip
"""The columns of a table: every field of a case but its steps."""
TIMES = ("received_on", "promised_on", "legal_on", "due_on")
CASES = RowReader(
    Case, "cases", TITLES, lists=("missing", "materials"), times=TIMES, unique="number", compared=case_number.meaning
)
