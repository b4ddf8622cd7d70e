"""When two values count as equal: what a clock, an invocation or a layout puts into them is taken out first."""

import re
from collections import Counter
from datetime import datetime, timezone

TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d(?::?\d\d)?)?")
DIGEST = re.compile(r"\b[0-9a-f]{32}\b")
TEMPORARY = re.compile(r"__dbt_tmp\d{12,}")


def plain_text(text, observation):
    """A text without times of the run, the invocation's id, and the clock in names of temporary relations."""
    if observation.invocation:
        text = text.replace(observation.invocation, "<invocation>")
    text = TIME.sub(lambda found: "<clock>" if in_window(found.group(), observation.window) else found.group(), text)
    return TEMPORARY.sub("__dbt_tmp<clock>", text)


def in_window(text, window):
    return any(window[0] <= stamp <= window[1] for stamp in stamps(text))


def stamps(text):
    """The moments that a time may mean: without a zone, the server's and UTC."""
    text = re.sub(r"([+-]\d\d)$", r"\1:00", text.replace("Z", "+00:00"))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return []
    try:
        return [moment.timestamp()] if moment.tzinfo else [moment.timestamp(), moment.replace(tzinfo=timezone.utc).timestamp()]
    except (OverflowError, ValueError):  # the year 1, as in "0001-01-01 00:00:00", has no time stamp
        return []


def plain_sql(text, observation):
    """Compiled SQL with its white space folded."""
    return " ".join(plain_text(text, observation).split())


def plain_rows(rows, observation):
    """Rows as a multiset. A digest in a row that holds a time of the run is a digest of that time, as in snapshots."""
    if not isinstance(rows, list):
        return rows
    return Counter(plain_row(row, observation) for row in rows)


def plain_row(row, observation):
    cells = [None if cell is None else plain_text(cell, observation) for cell in row]
    if any(cell and "<clock>" in cell for cell in cells):
        cells = [cell and DIGEST.sub("<digest>", cell) for cell in cells]
    return tuple(cells)
