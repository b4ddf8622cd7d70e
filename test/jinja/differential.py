#!/usr/bin/env python3
"""Renders the same templates with Python's Jinja2 and with ours, and compares text, native value and error class.

Usage: differential.py DRIVER [--count N] [--seed S] [--only NAME] [--verbose]
DRIVER is the program built from jinja_driver.cpp. The hand-made cases come first, then N generated ones. Needs the
Python package jinja2; where dbt-core is installed too, its own environment is the measure. Exit code 1 on any difference.
"""
import argparse
import json
import re
import subprocess
import sys
import time

import generate
import handmade
import oracle

ADDRESS = re.compile(r" at 0x[0-9a-f]+", re.IGNORECASE)
# What our 64-bit integers cannot hold, Python can.
WIDER = "64 bits"
# Where we stop by a limit, Python goes on until the memory is gone.
LIMIT = "LimitError"


def compare(theirs, ours):
    """None when equal, "skip" when not comparable, else what differs."""
    if theirs is None or WIDER in ours.get("message", "") or ours.get("error") == LIMIT:
        return "skip"
    for key in ("text", "repr"):
        if ADDRESS.search(theirs.get(key) or ""):
            return "skip"
    if "error" in theirs or "error" in ours:
        if theirs.get("error") != ours.get("error"):
            return "error class"
        if theirs["error"] == "TemplateSyntaxError" and theirs["line"] and theirs["line"] != ours["line"]:
            return "line of the syntax error"
        return None
    return None if theirs == ours else "result"


def show(case, theirs, ours, what):
    print(f"--- {case['name']}: {what}\n{case['template']}\n  jinja2: {theirs}\n  ours:   {ours}")
    flags = [key for key in ("native", "lenient") if case.get(key)]
    if flags:
        print(f"  ({', '.join(flags)})")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("driver")
    parser.add_argument("--count", type=int, default=4000, help="generated cases")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--only", help="cases whose name contains this")
    parser.add_argument("--show", type=int, default=20, help="differences to print")
    parser.add_argument("--verbose", action="store_true", help="print messages that differ, too")
    options = parser.parse_args()

    started = time.monotonic()
    cases = list(handmade.cases()) + list(generate.cases(options.seed, options.count))
    cases = [case for case in cases if not options.only or options.only in case["name"]]
    cases = [case for case in cases if oracle.dbt_jinja or not case.get("needs_dbt")]
    # The contexts go through JSON on both sides, and afresh for each case, because templates change them.
    theirs = [oracle.render(json.loads(json.dumps(case))) for case in cases]
    run = subprocess.run([options.driver], input=json.dumps(cases), capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"the driver failed ({run.returncode}): {run.stderr[-2000:]}")
    ours = json.loads(run.stdout)

    counts = {"rendered": 0, "errors": 0, "skipped": 0, "different": 0, "messages": 0}
    for case, mine, other in zip(cases, ours, theirs):
        what = compare(other, mine)
        if what == "skip":
            counts["skipped"] += 1
        elif what:
            counts["different"] += 1
            if counts["different"] <= options.show:
                show(case, other, mine, what)
        else:
            counts["errors" if "error" in mine else "rendered"] += 1
            if "error" in mine and mine.get("message") == other.get("message"):
                counts["messages"] += 1
            elif "error" in mine and options.verbose:
                print(f"message: {other['message']!r} / {mine.get('message')!r}")
    print(f"{len(cases)} templates against jinja2 {oracle.jinja2.__version__}{' as dbt sets it up' if oracle.dbt_jinja else ''}: "
          f"{counts['rendered']} rendered the same, {counts['errors']} failed the same ({counts['messages']} with the same message), "
          f"{counts['skipped']} not comparable, {counts['different']} different; {time.monotonic() - started:.1f} s")
    sys.exit(1 if counts["different"] or counts["rendered"] == 0 else 0)


if __name__ == "__main__":
    main()
