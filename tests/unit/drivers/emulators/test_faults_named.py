"""An emulated device refuses a fault that it cannot show, and a number that is none: nobody tests for a fault that is not on."""

from __future__ import annotations

import pytest

from drivers.emulators.base import UnknownFault
from drivers.emulators.escpos import EscPosEmulator
from drivers.emulators.scanner import ScannerEmulator as SerialScanner


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("fire", "is no fault of this device; it knows:"),
        ("late=never", "'never' is no value for it; write it as here:"),
        ("late=", "'' is no value"),
        ("late=-1", "'-1' is no value"),
        ("late=nan", "'nan' is no value"),
        ("cover-open=3", "cover-open takes no value; write cover-open"),
    ],
)
def test_a_fault_that_cannot_be_is_refused_with_the_remedy(fault: str, says: str) -> None:
    with pytest.raises(UnknownFault, match=says.replace("(", r"\(")):
        EscPosEmulator(faults=[fault])


def test_a_fault_that_takes_words_takes_no_other() -> None:
    assert SerialScanner(faults=["end=lf"]).faulty("end")
    with pytest.raises(UnknownFault, match="'3' is no value for it"):
        SerialScanner(faults=["end=3"])


def test_a_fault_is_on_with_its_number_or_the_usual_one() -> None:
    assert EscPosEmulator(faults=["late=0.5"]).delay_s() == 0.5
    assert EscPosEmulator(faults=["late"]).delay_s() == 3.0
