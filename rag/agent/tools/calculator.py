"""Computes an arithmetic expression, exactly and within bounds; nothing of it is ever run as code."""

from __future__ import annotations

import ast
import math
import operator
import re
import unicodedata
from collections.abc import Callable
from decimal import Context, Decimal, DecimalException, localcontext
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from rag.agent._bench import Bench, ToolFailed
from rag.settings import Settings

NAME = "calculator"
DESCRIPTION = {
    "en": "computes an arithmetic expression with + - * / // % **, parentheses, round, abs, min, max, sum, sqrt",
    "ja": "四則演算の式を計算する（+ - * / // % **、括弧、round、abs、min、max、sum、sqrt）",
}
_LONGEST, _MOST_NODES, _LARGEST_POWER, _DIGITS = 300, 200, 1000, 40
_BINARY: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: lambda a, b: (a / b).to_integral_value(rounding="ROUND_FLOOR"),
    ast.Mod: lambda a, b: a - b * (a / b).to_integral_value(rounding="ROUND_FLOOR"),
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "min": min,
    "max": max,
    "sum": lambda *values: sum(values, Decimal(0)),
    "sqrt": lambda value: value.sqrt(),
    "floor": lambda value: value.to_integral_value(rounding="ROUND_FLOOR"),
    "ceil": lambda value: value.to_integral_value(rounding="ROUND_CEILING"),
    "round": lambda value, digits=Decimal(0): round(value, int(digits)),
}
_CONSTANTS = {"pi": Decimal(repr(math.pi)), "e": Decimal(repr(math.e))}
_SIGNS = str.maketrans({"×": "*", "÷": "/", "−": "-", "–": "-", "^": "**", "，": ","})
_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3}(?:,\d{3})+)(?![\d,])")
_PERCENT = re.compile(r"(\d)\s*%(?!\s*[\w(.])")


class Arguments(BaseModel):
    """What to compute."""

    model_config = ConfigDict(extra="forbid")
    expression: str = Field(min_length=1, max_length=_LONGEST, description="like (1200 - 850) * 1.1")


def offered(settings: Settings) -> bool:
    """Always."""
    del settings
    return True


def run(arguments: Arguments, bench: Bench) -> str:
    """The expression and its value."""
    result = f"{arguments.expression} = {evaluate(arguments.expression)}"
    bench.computed.append(result)
    return result


def evaluate(expression: str) -> str:
    """The value as text, to 28 digits; raises ToolFailed for what is no arithmetic, or too much of it."""
    text = unicodedata.normalize("NFKC", expression).translate(_SIGNS).strip()
    if "(" not in text or not re.search(r"[a-z]\s*\(", text):  # min(1,200) has two arguments
        text = _THOUSANDS.sub(lambda match: match.group().replace(",", ""), text)
    text = _PERCENT.sub(r"\1*0.01", text)
    if len(text) > 2 * _LONGEST:
        raise ToolFailed("The expression is too long.")
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ToolFailed(f"This is no arithmetic expression: {expression[:100]}") from error
    if sum(1 for _ in ast.walk(tree)) > _MOST_NODES:
        raise ToolFailed("The expression is too long.")
    with localcontext(Context(prec=_DIGITS, Emax=9999, Emin=-9999)):
        try:
            value = _value(tree.body)
        except (DecimalException, OverflowError, TypeError, ValueError) as error:
            raise ToolFailed("This cannot be computed: a division by zero, or no value, or too large a one.") from error
    return _shown(value)


def _value(node: ast.expr) -> Decimal:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return Decimal(str(number))
        case ast.Name(id=name) if name in _CONSTANTS:
            return _CONSTANTS[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            exponent = _value(right)
            if abs(exponent) > _LARGEST_POWER:
                raise ToolFailed(f"Powers go up to {_LARGEST_POWER}.")
            return _value(left) ** exponent
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_value(left), _value(right))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS and args:
            return _FUNCTIONS[name](*map(_value, args))
    raise ToolFailed("Only numbers, + - * / // % **, parentheses and round, abs, min, max, sum, sqrt can be used.")


def _shown(value: Decimal) -> str:
    with localcontext(Context(prec=28)):
        value = +value
    if not -20 < value.adjusted() < 40:
        return f"{value.normalize():e}"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
