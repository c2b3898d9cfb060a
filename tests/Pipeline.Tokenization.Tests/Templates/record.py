"""Records what Jinja makes of snippets.json and conversations.json, set up as transformers sets it up.

Usage: python3 record.py    (with jinja2 3.1; writes recorded.json beside it)
"""
import datetime, json, pathlib
from jinja2.exceptions import TemplateError
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

here = pathlib.Path(__file__).parent
NOW = datetime.datetime(2026, 3, 5, 14, 7, 9)


class Refusal(Exception):
    pass


def raise_exception(message):
    raise Refusal(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def render(template, variables):
    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = NOW.strftime
    try:
        return {"text": env.from_string(template).render(**({"tools": None, "documents": None} | variables))}
    except Refusal as e:
        return {"refusal": str(e)}
    except TemplateError as e:
        return {"error": type(e).__name__}
    except (TypeError, ValueError, ArithmeticError, AttributeError) as e:
        return {"error": type(e).__name__}


recorded = []
for snippet in json.loads((here / "snippets.json").read_text()):
    recorded.append({"template": snippet[0], "variables": snippet[1] if len(snippet) > 1 else {}}
                    | render(snippet[0], snippet[1] if len(snippet) > 1 else {}))
for path in sorted((here / "models").glob("*.jinja")):
    for variables in json.loads((here / "conversations.json").read_text()):
        recorded.append({"model": path.name, "variables": variables} | render(path.read_text(), variables))
lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in recorded)
(here / "recorded.json").write_text("[\n" + lines + "\n]\n")
print(len(recorded), "recorded")
