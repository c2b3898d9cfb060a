"""Renders templates by Jinja itself, set up as transformers sets it up.

Usage: python3 render.py    (with jinja2 3.1; reads {"template", "variables"} as JSON lines, writes {"text"}, {"refusal"} or {"error"})
"""
import datetime, json, sys
from jinja2 import nodes
from jinja2.exceptions import TemplateError
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

NOW = datetime.datetime(2026, 3, 5, 14, 7, 9)


class Refusal(Exception):
    pass


class Generation(Extension):
    """transformers' mark around what the assistant said."""
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def raise_exception(message):
    raise Refusal(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
env.filters["tojson"] = tojson
env.globals["raise_exception"] = raise_exception
env.globals["strftime_now"] = NOW.strftime
parsed = {}


def render(template, variables):
    try:
        if template not in parsed:
            parsed[template] = env.from_string(template)
        return {"text": parsed[template].render(**({"tools": None, "documents": None} | variables))}
    except Refusal as e:
        return {"refusal": str(e)}
    except (TemplateError, TypeError, ValueError, ArithmeticError, AttributeError, LookupError, RecursionError) as e:
        return {"error": type(e).__name__}


if __name__ == "__main__":
    for line in sys.stdin:
        case = json.loads(line)
        print(json.dumps(render(case["template"], case["variables"])))
