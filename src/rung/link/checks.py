"""What a test or script checks: its assertions, and whether they look at content."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from rung.facts.code.source import Assignment, Call, Comparison, Source
from rung.link.declared_tests import TestUnit
from rung.link.forms import formal_call, formal_comparison, formal_text, formal_truth
from rung.regex import regex

ASSERTION = regex(
    r"^(?:assert|assert!|assert_eq!|assert_ne!|debug_assert!|expect|should|verify|require|check|fail|refute\w*|must_\w+)$"
    r"|(?:^|\.)(?:assert\w*|Assert\w*|expect\w*|should\w*|must_\w+|refute\w*|to(?:Be|Equal|Match|Contain|Have|Throw|StrictEqual|MatchObject|Include)\w*)$"
    r"|^(?:t|b|tb|suite|s|c|r|require|assert|is|qt|g|Expect|Ω|gomega)\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow|Equal|NotEqual|True|False|NoError|Contains|Nil|NotNil|"
    r"Len|Greater\w*|Less\w*|ErrorIs|Regexp|JSONEq|ElementsMatch|Expect|Eventually|Empty|NotEmpty|InDelta|Subset|Panics|EqualError|To|Should)$"
    r"|^assert(?:\.strict)?\.\w+$|\.Should\.\w+$"
    # Snapshots, an HTTP exchange, a template of infrastructure, and short names of the runners of JavaScript and Ruby.
    r"|(?:^|\.|::)(?:prop_assert\w*|assert_(?:matches|\w{0,20}snapshot|approx_eq|relative_eq|abs_diff_eq|eq|ne))!$|(?:^|\.)(?:MatchSnapshot|SnapshotT|andExpect\w*|verifyNo(?:More)?Interactions)$|^is_expected\.(?:to|not_to|to_not)$"
    r"|(?:^|\.)(?:has_?[rR]esource(?:_?[pP]roperties)?|HasResource(?:Properties)?|(?:all|All)Resources(?:Properties)?|all_resources(?:_properties)?"
    r"|[rR]esource(?:Properties)?CountIs|resource_(?:properties_)?count_is|[tT]emplateMatches|template_matches|has_?[oO]utput|HasOutput)$"
    r"|^t\.(?:is|not|deepEqual|notDeepEqual|deepEquals|like|truthy|falsy|true|false|regex|throws\w*|notThrows\w*|snapshot|equal|equals|same|ok|notOk|match)$"
    r"|(?:^|\.)Assert\.\w+(?:\.\w+)?$|^Assert\b|^I\.(?:see|dontSee|canSee|cantSee)\w*$|^XCTAssert\w*|(?:^|\.)(?:raises|pytest\.fail|fail)$|^(?:assertThat|assertEquals|assertTrue)\b"
)
# The kinds of assertion that only see that something came back, or that it has the right form.
FORM_ONLY = regex(
    r"is_not_none|isNotNull|assertIsNotNone|assertIsInstance|toBeDefined|toBeTruthy|toBeInstanceOf|not_to be_nil|be_present"
    r"|isNotEmpty|isNotBlank|NotEmpty$|\bis (?:not )?None\b|(?:=== ?|!== ?)(?:undefined|null)\b"
    r"|IsNullOr(?:Empty|WhiteSpace)|\bis(?:Empty|Blank)\(\)|\bis_empty\(\)|\.Length\b|\.Count\b"
    r"|\btype\(|\btypeof\b|\binstanceof\b|TypeOf\b|Array\.isArray\(|InstanceOf|hasSize\(|be_an?(?:_instance_of|_kind_of)?\b|\bLen\(|\.getClass\("
    r"|GetType\(|callable\(|issubclass\(|hasattr\(|Object\.keys\(|NotEmpty\(|isfinite|isNaN\(|\.shape\b|\.dtype\b|\.ndim\b"
    r"|expect\.any(?:thing)?\((?!.*string(?:Containing|Matching))|\.Should\(\)\.(?:NotBe\w*|BeOfType|BeAssignableTo|HaveCount\w*|HaveLength|BeNull\w*|BeTrue|(?:Not)?Throw\w*)\b"
    r"|\bshould(?:Not)?(?:Be(?:Null|Empty|Blank|InstanceOf|TypeOf|Positive)|Have(?:Size|(?:Min|Max)?Length|ElementAt\w*))\b|\bshouldNotBe\s*\(?(?:null\b|\"\")|\bshouldThrow\w*"
    r"|\bstatus\(\)\.is|\)\.exists\(\)|NotNil\b|NoError\b|(?:assert|require|s)\.Error\w*\(|IsNotNull|IsType|[sS]tatus_?[cC]ode|http\.Status[A-Z]|HttpStatus\b|[cC]ode\)\.to(?:Be|Equal|StrictEqual)\(|\.status\b|isinstance\(|toHaveProperty|toBeVisible|toBeInTheDocument|\bis_(?:string|array|int|float|numeric|object|null|bool)\(|\bis_?set\(|assertJson\(|assert_called|toHaveBeenCalled|assertStatus|HasField"
    r"""|\[["'](?:status|state)["']\]\)?\s{0,3}(?:,|==|in\b|\.to\w{2,12}\()\s{0,3}[\[({]?\s{0,3}["'](?:success\w*|ok|error|fail\w*|complete\w*|done|running|pending)["']""",
)
# Links of a fluent assertion that only see form, before one that looks at content: `isNotNull().contains("bar")`.
FORMAL_LINK = regex(r"\.(?:isNotNull|isNotEmpty|isNotBlank|isPresent|NotBeNull|NotBeNullOrEmpty|NotBeEmpty|And)(?:\(\)|(?=\.))(?=.*\w\()")
FORMAT = regex(r"assert\w*(?:format|schema|structure|valid|shape|type|instance|keys|fields)(?:$|_)", re.IGNORECASE)
KEYS = r"""["'](?:answer|response|result|content|text|output|message|messages|choices|role|error|status|id|data|usage|model)["']"""
# What a server says of how a request went: `data["code"] == 200`, `data["msg"] == "created"`.
STATUS_FIELD = regex(r"""(?:\[["']|\.)(?:err_?code|ret_?code|err_?msg|success|ok|detail)(?:["']\])?$|\[["'](?:msg|error)["']\]$""")
STATUS_NUMBER = regex(r"""(?:\[["']|\.)code(?:["']\])?\s*[=!]==?\s*-?\d+""")
KEY_PRESENT = regex(rf"(?:assertIn|toHaveProperty|have_key|Contains|ContainsKey)\(\s*(?:t,\s*)?{KEYS}")
# Lengths, identities and accounts of an answer say nothing of its content.
BOOKKEEPING = regex(
    r"(?<!/ )(?<!/)\blen\(|\b(?:mb_)?strlen\(|\bstr_word_count\(|\.length\b|\.size\b|\b\w*_(?:id|ids|key|count|price|cost|usage|tokens?)\b"
    r"|\bnum_(?!correct|pass|success|right|match|hit|good)\w+"
    r"|\.(?:id|parent|children|total|created|role|type|title|display_name|tags|object|finish_reason)\b|\.(?:model|model_name|model_id|provider|usage)\b(?!\.)|\[[\"'](?:id|role|type|title|created|object|finish_reason|tags|model|usage)[\"']\](?![\[.])|"
    r"""(?:NotEqual|not\.toBe|not\.toEqual|!=)\s*\(?[^,]*,?\s*(?:""|''|None|null|0)\s*\)?"""
)

# What a sum is divided by: how many cases there are.
SHARE = regex(r"/\s?(?:Math\.max\(1,\s?)?[\w.!]{1,60}\.(?:length|Length|Count\(\)|Count|size\(\)|size|count\(\)|count)\b")

PARSES = regex(r"(?:^|\.)(?:loads|json|safe_load|model_dump|dict|literal_eval|parse_json)$")
LONGEST = 2000
LONGEST_VALUE = 15  # lines
OPENS = regex(r"\s*(?:\}\s?)?(?:for|if|else|while|switch|match|with|using|try)\b")  # what is assigned there is at an end before the block
NO_ANSWERS = ("err", "_")  # how a call of Go's went
LOOPED = regex(r"\bfor\s+\(?(?:const|let|var)?\s*(\w+)|\bas\s+(?:\$\w+\s*=>\s*)?\$(\w+)")  # the variable of a loop


def is_assertion(call: Call) -> bool:
    """Whether the call asserts something."""
    return asserts_by_name(call.callee)


@lru_cache(maxsize=100_000)
def asserts_by_name(callee: str) -> bool:
    """Whether a callee of that name asserts something."""
    return bool(ASSERTION.search(callee)) and not callee.startswith(("argparse", "re.", "os."))


def assertions(source: Source, functions: Collection[int] | None = None) -> list[Call]:
    """Assertions of some of a file's functions; of the whole file without any given. Those on constants alone are left out."""
    found = [c for c in source.calls if (functions is None or c.function in functions) and is_assertion(c)]
    return [c for c in found if not _constant(source, c)]


def asserts(source: Source, unit: TestUnit, helpers: frozenset[str] = frozenset()) -> bool:
    """Whether a test asserts on anything, itself or through a helper of the file, or one of these of another file, that does."""
    if assertions(source, unit.functions) or _compares_and_fails(source, unit.functions):
        return True
    names = asserting(source) | helpers
    return any(c.callee.rsplit(".", 1)[-1] in names for c in source.calls if c.function in unit.functions)


def asserting(source: Source) -> frozenset[str]:
    """Names of a file's functions that assert."""
    return frozenset(source.functions[c.function].name for c in assertions(source) if c.function >= 0 and source.functions[c.function].name)


def _compares_and_fails(source: Source, functions: frozenset[int]) -> bool:
    names = {"panic", "panic!", "Error", "Errorf", "Fatal", "Fatalf"}
    return any(c.function in functions and c.callee.rsplit(".", 1)[-1] in names for c in source.calls) and any(
        c.function in functions for c in source.comparisons
    )


def _constant(source: Source, call: Call) -> bool:
    """`assert True`, `expect(true).toBe(true)`, a string compared with itself: asserts nothing."""
    text = "".join(source.lines[call.line - 1 : call.end_line]).strip()
    if re.fullmatch(r"(?:self\.)?assert(?:True)?[ (]+(?:True|1|true)\)?;?(?:,.*)?", text) or re.search(
        r"expect\((true|1|'[^']*'|\"[^\"]*\")\)\.to(?:Be|Equal|BeTruthy)\((?:\1)?\)", text
    ):
        return True
    match = re.fullmatch(r"assert\s+(.+?)\s*==\s*(.+?)", text)
    if match and match.group(1) == match.group(2):
        return True
    if match:
        values = {a.name: a.value for a in source.assignments}
        sides = [values.get(side) for side in match.groups()]
        literal = [
            s.text if s and s.kind == "string" else side.strip("\"'") if side[0] in "\"'" else None
            for s, side in zip(sides, match.groups(), strict=True)
        ]
        return literal[0] is not None and literal[0] == literal[1]
    return False


def derived(source: Source, unit: TestUnit, asking: list[Call], given: frozenset[str] = frozenset()) -> frozenset[str]:
    """Names in a test that hold a model's answer, beginning with those `given`, or something made from it."""
    inside = [call for call in asking if call.function in unit.functions]
    names: set[str] = set(given)
    for assignment in source.assignments:
        if assignment.function not in unit.functions or (source.language == "go" and assignment.name in NO_ANSWERS):
            continue
        text = " ".join(source.lines[assignment.line - 1 : assignment.line + 1])
        right = text.split("=", 1)[-1]
        through = _end(source, assignment) if inside else assignment.line
        if (
            any(call.line in (assignment.line, assignment.value.line) for call in inside)
            or mentions(right, names)
            or any(assignment.line < call.line <= through for call in inside)
        ):
            names.add(assignment.name.rsplit(".", 1)[-1])
    for loop in source.loops:
        if loop.function in unit.functions and mentions(loop.iterable, names):
            names |= {name for found in LOOPED.findall(source.lines[loop.line - 1]) for name in found if name}
    return frozenset(names)


def _end(source: Source, assignment: Assignment) -> int:
    """The last line of what is assigned: lists written over several lines, and calls together with the functions that they are handed."""
    head = source.lines[assignment.line - 1]
    if assignment.value.kind not in ("call", "other", "list") or OPENS.match(head):
        return assignment.line
    depth = 0
    for number in range(assignment.line, min(assignment.line + LONGEST_VALUE, len(source.lines)) + 1):
        line = source.lines[number - 1]
        depth += sum(line.count(c) for c in "([{") - sum(line.count(c) for c in ")]}")
        following = source.lines[number].lstrip() if number < len(source.lines) else ""
        if depth <= 0 and not following.startswith((".", "?.", "->")):  # a chain goes on
            return number
    return assignment.line


def mentions(text: str, names: set[str] | frozenset[str]) -> bool:
    """Whether a source text names one of these."""
    return any(word in names for word in re.findall(r"\w+", text))


def on_content(source: Source, call: Call) -> bool:
    """Whether an assertion looks at what an answer says, rather than that it is there or has a form."""
    text = " ".join(source.lines[call.line - 1 : min(call.end_line, call.line + 12)]).strip()
    own = [i for i, f in enumerate(source.functions) if f.name == call.callee.rsplit(".", 1)[-1] and f.name]
    if own and call.function not in own:  # a helper of the file: what it asserts itself
        return any(on_content(source, c) for c in source.calls if c.function in own and is_assertion(c) and c.callee != call.callee)
    if FORMAT.search(call.callee):
        return False
    if call.callee == "assert":
        body = text.removeprefix("assert").strip()
        comparisons = [c for c in source.comparisons if call.line <= c.line <= call.end_line]
        telling = [
            c
            for c in comparisons
            if not _formal(c.left, c.operator, c.right) and not formal_comparison(c.left, c.operator, c.right) and not _has_key(source, c)
        ]
        if comparisons:
            return bool(telling)
        return bool(
            re.search(
                r"\.(?:startswith|endswith|search|match|fullmatch|is_pass\w*|passed|isPass|includes|contains|test|some|grade|correct|is_correct|score)\b|\b(?:any|all)\(",
                body,
            )
        ) and not (FORM_ONLY.search(body) or formal_text(body))
    text = SHARE.sub("", FORMAL_LINK.sub("", text)) if len(text) < LONGEST else text
    if FORM_ONLY.search(text) or KEY_PRESENT.search(text) or BOOKKEEPING.search(text):
        return False
    if source.language != "python" and formal_truth(call, text):
        return False
    if source.language == "python" and (formal_call(call, text) or _asserts_key(source, call)):
        return False
    return bool(
        re.search(
            r"assert_\w+\(|toContain|toMatch|toEqual|toBe\(|toStrictEqual|toBeGreater|toBeLess|assertIn\b|assertEqual|assertRegex|assertGreater|assertSame|assertMatches"
            r"|assertContains|assertTrue|isTrue|contains|Contains"
            r"|\bshould[A-Z]|matches|match\(|match |include|eq\(|eq |equal|Equal|deepEqual|ok\(|Regexp|Greater|Less|Errorf|Fatalf|Error\("
            r"|assert!|assert_eq|\.Should"
            r"|Assert\.(?:True|IsTrue|Contains|Matches|Equal|AreEqual|StartsWith)|That",
            text,
        )
    )


def _has_key(source: Source, comparison: Comparison) -> bool:
    """`assert "queries" in result` of something whose `result["queries"]` is then looked at: a key that is there."""
    if comparison.operator != "in" or not re.fullmatch(r"""["'][\w-]+["']""", comparison.left.strip()):
        return False
    name = re.escape(comparison.right.strip())
    key = re.escape(comparison.left.strip()[1:-1])
    parsed = comparison.right.strip()
    if any(a.name == parsed and a.value.kind == "call" and PARSES.search(a.value.text) for a in source.assignments):
        return True
    return bool(re.fullmatch(r"[\w.\\]+", name)) and any(re.search(rf"""{name}\[["']{key}["']\]""", line) for line in source.lines)


def _asserts_key(source: Source, call: Call) -> bool:
    """`self.assertIn("name", data)` of what was parsed."""
    given = call.arguments.items
    if not call.callee.endswith("assertIn") or len(given) < 2 or given[0].kind != "string" or given[1].kind != "name":
        return False
    return _has_key(source, Comparison("in", f'"{given[0].text}"', given[1].text, call.line, call.function))


def _formal(left: str, operator: str, right: str) -> bool:
    """A comparison that sees only presence, type, length or status."""
    sides = f"{left} {right}"
    if right.strip() in ("None", "null", "nil", "undefined", "''", '""', "True", "False", "true", "false"):
        return not re.search(r"pass|correct|score", left, re.IGNORECASE)
    if STATUS_FIELD.search(left.strip()) or STATUS_NUMBER.search(f"{left.strip()} == {right.strip()}"):
        return True
    if re.search(r"status|type\(|isinstance|__class__|Count\b|\btypeof\b|\.(?:shape|dtype|ndim)\b", sides) or BOOKKEEPING.search(sides):
        return True
    # `"answer" in response`: a key that is there
    return bool(operator == "in" and re.fullmatch(KEYS, left.strip()))
