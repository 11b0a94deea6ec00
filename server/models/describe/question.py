"""The question that every model is asked about a view."""

from __future__ import annotations

VERSION = 2
"""Its number goes up with every change of the question or of how answers are read; part of each proposer's identity."""

EXAMPLE = (
    '{"setting": "outdoor", "sounds": [{"thing": "waterfall", "sound": "water roaring down over rocks", '
    '"kind": "area", "level_db": 90, "seen": true}, {"thing": "railway", "sound": "a train passing far away", '
    '"kind": "line", "level_db": 90, "seen": false}], "silent": ["parked tractor", "poster"]}'
)
"""An answer about another picture, whose things are rare where people take panoramas."""

QUESTION = f"""\
What would you hear if you stood in this picture? Name at most 8 things, the most audible first. Answer in English, \
with JSON only, as in this example for another picture:
{EXAMPLE}
thing: a common noun, such as dog, bus or fountain.
sound: what is heard of it.
kind: point; line for a road, a railway or a shore; area for trees, water or a crowd; ambient if it comes from \
everywhere.
level_db: dB SPL at 1 m.
seen: false if the picture only implies it, as a road implies traffic.
silent: what is there and makes no sound.
setting: outdoor, covered or indoor."""
"""Short, and with one example: models of one or two billion parameters follow an example better than rules."""
