"""JavaScript and TypeScript, JSX and the script blocks of components included."""

from __future__ import annotations

from dataclasses import replace

from rung.facts.code.javascript_records import RECORDS, dead
from rung.facts.code.javascript_values import JSX_VALUES, VALUES
from rung.facts.code.reader import Grammar
from rung.facts.code.shared import inner_value
from rung.facts.code.tree import kinds

_HOLDERS = kinds(
    """
    arguments array pair variable_declarator assignment_expression augmented_assignment_expression binary_expression
    ternary_expression template_substitution spread_element await_expression parenthesized_expression non_null_expression
    as_expression satisfies_expression required_parameter optional_parameter assignment_pattern object_assignment_pattern
    object_pattern array_pattern rest_pattern pair_pattern extends_clause decorator public_field_definition arrow_function
    formal_parameters subscript_expression for_in_statement export_statement sequence_expression unary_expression
    """
)
_TYPES = frozenset(
    kinds(
        """
        type_annotation type_arguments type_parameters type_alias_declaration interface_body object_type ambient_declaration
        implements_clause type_predicate_annotation asserts_annotation function_signature abstract_method_signature
        method_signature literal_type union_type intersection_type array_type generic_type tuple_type function_type lookup_type
        template_literal_type extends_type_clause index_signature import_alias
        """
    )
)
_WRAPPERS = frozenset(
    kinds(
        """
        await_expression parenthesized_expression non_null_expression as_expression satisfies_expression spread_element
        rest_pattern
        """
    )
)
_STRUCTURE = frozenset(
    kinds(
        """
        pair pair_pattern object_pattern array_pattern object_assignment_pattern assignment_pattern formal_parameters decorator
        required_parameter optional_parameter template_substitution class_heritage extends_clause computed_property_name
        yield_expression unary_expression update_expression sequence_expression regex
        """
    )
)

TSX = Grammar(
    language="javascript",
    parser="tsx",
    values={**VALUES, **JSX_VALUES},
    records={**RECORDS, **dict.fromkeys(("jsx_element", "jsx_self_closing_element"), RECORDS["call_expression"])},
    calls=frozenset({"call_expression", "new_expression"}),
    arguments=frozenset({"arguments", "template_string"}),
    members=frozenset({"member_expression"}),
    names=frozenset({"identifier", "this", "shorthand_property_identifier", "shorthand_property_identifier_pattern"}),
    wrappers=_WRAPPERS,
    subscripts=frozenset({"subscript_expression"}),
    structure=_STRUCTURE | {"jsx_opening_element", "jsx_attribute"},
    skipped=_TYPES,
    inside={key: [*_HOLDERS, "jsx_expression"] for key in ("identifier", "this")},
    outside={
        "member_expression": ["member_expression"],
        "string": ["expression_statement", "import_statement", "export_statement", "predefined_type", "import_require_clause"],
    },
    dead=dead,
)

TYPESCRIPT = replace(
    TSX,
    parser="typescript",
    values={**VALUES, "type_assertion": inner_value},
    records=RECORDS,
    wrappers=_WRAPPERS | {"type_assertion"},
    structure=_STRUCTURE,
    inside={key: [*_HOLDERS, "type_assertion"] for key in ("identifier", "this")},
)
"""Without JSX, whose tags cannot be told from type assertions."""
