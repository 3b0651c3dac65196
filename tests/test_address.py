"""Whoever reads a translation is addressed in one way in all of it: in Spanish as *tú*, by every screen and message."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
CATALOGUES = [
    *sorted(ROOT.glob("eventsync/**/catalogues/es.json")),
    *sorted(ROOT.glob("notifications/*/catalogues/es.json")),
    ROOT / "frontend/src/words/es.json",
    ROOT / "docs/door-guide.es.md",
]
# Small letters may be a subjunctive, which is right: «hasta que diga que terminó».
FORMAL = re.compile(
    r"\b(?:[Uu]sted(?:es)?|[Ii]nténtelo|[Ss]u (?:nombre|turno)|[Ll]e (?:da|avisa|escribimos)|[Qq]uiere saber"
    r"|Abra|Avise|Borre|Busque|Cierre|Comparta|Deje|Diga|Elija|Escriba|Espere|Guarde|Haga|Hable|Instale|Lea|Llame|Marque"
    r"|Mire|Pida|Ponga|Pregunte|Pruebe|Pulse|Salga|Siga|Toque|Use|Vaya|Vuelva)\b"
)


def test_spanish_says_tu_everywhere() -> None:
    assert len(CATALOGUES) == 7
    said = {str(file.relative_to(ROOT)): FORMAL.findall(file.read_text(encoding="utf-8")) for file in CATALOGUES}
    assert {file: found for file, found in said.items() if found} == {}
