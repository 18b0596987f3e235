"""Times as recordings write them, in seconds since the epoch."""

from __future__ import annotations

import re
from typing import Any, Final

_TIME: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9})\d*)?(?:[Zz]|([+-])(\d\d):?(\d\d))?"
)
_MILLISECONDS: Final = 10**11
"""Larger numbers are milliseconds: in seconds they would be a time after the year 5000."""


def seconds_of(given: Any) -> float | None:
    """The time that an RFC 3339 text or a number of seconds or milliseconds means; None if it is none."""
    if isinstance(given, int | float) and not isinstance(given, bool):
        return (given / 1000 if given > _MILLISECONDS else float(given)) if 0 < given < 10**14 else None
    found = _TIME.fullmatch(given.strip()) if isinstance(given, str) else None
    if found is None:
        return None
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second <= 60):
        return None
    fraction, sign, hours, minutes = found.groups()[6:]
    moment = _days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second
    offset = (int(hours) * 3_600 + int(minutes) * 60) * (-1 if sign == "-" else 1) if sign else 0
    return moment - offset + (int(fraction) / 10 ** len(fraction) if fraction else 0.0)


def _days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 in the Gregorian calendar, by Howard Hinnant's `days_from_civil`."""
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468
