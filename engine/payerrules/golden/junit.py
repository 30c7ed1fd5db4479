"""Results of golden cases as JUnit XML, which CI servers read: a suite a file, a test a case."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree

from payerrules.golden.run import CaseResult
from payerrules.model.diagnostic import Diagnostic

NOT_IN_XML = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(results: Iterable[CaseResult], wrong: Iterable[Diagnostic] = ()) -> str:
    """The results as one XML document; what is wrong with a file as a whole is an error of its suite."""
    suites: dict[str, ElementTree.Element] = {}

    def suite(file: str) -> ElementTree.Element:
        if file not in suites:
            suites[file] = ElementTree.Element("testsuite", name=clean(file), tests="0", failures="0", errors="0")
        return suites[file]

    def count(one: ElementTree.Element, name: str) -> None:
        one.set(name, str(int(one.get(name, "0")) + 1))

    for result in results:
        mine = suite(result.case.file)
        count(mine, "tests")
        case = ElementTree.SubElement(
            mine,
            "testcase",
            name=clean(result.case.name),
            classname=clean(result.case.file),
            file=clean(result.case.file),
            line=str(result.case.line),
        )
        if not result.passed:
            count(mine, "failures")
            first = [*map(str, result.differences), *(d.message for d in result.wrong)][0]
            ElementTree.SubElement(case, "failure", message=clean(first)).text = clean(result.report())
    for found in wrong:
        mine = suite(found.at.file if found.at else "")
        count(mine, "tests")
        count(mine, "errors")
        case = ElementTree.SubElement(mine, "testcase", name=clean(found.code), classname=mine.get("name", ""))
        ElementTree.SubElement(case, "error", message=clean(found.message)).text = clean(found.text())
    root = ElementTree.Element("testsuites", name="payerrules")
    root.extend(suites[file] for file in sorted(suites))
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(one.get(name, "0")) for one in suites.values())))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def clean(text: str) -> str:
    """A text without what XML cannot hold."""
    return NOT_IN_XML.sub("?", text)
