"""Records what Jinja makes of snippets.json and conversations.json, set up as transformers sets it up.

Usage: python3 record.py    (with jinja2 3.1; writes recorded.json beside it)
"""
import json, pathlib
from render import render

here = pathlib.Path(__file__).parent
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
