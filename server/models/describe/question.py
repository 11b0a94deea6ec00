"""The question that every model is asked about a view."""

from __future__ import annotations

VERSION = 1
"""Its number goes up with every change of the question or of how answers are read; part of each proposer's identity."""

QUESTION = """\
Imagine standing where this picture was taken. What would you hear? List up to ten things that make a sound, the most \
audible first. Leave out whatever is silent, such as buildings, signs and sky.
Answer in English, with JSON only, in exactly this form:
{"setting": "<outdoor, covered or indoor>", "sounds": [{"thing": "<noun phrase>", "sound": "<caption>", \
"kind": "<point, line, area or ambient>", "level_db": <number>, "seen": <true or false>}]}
thing: one to four words that name something visible in the picture, so that it can be pointed at.
sound: what is heard of it, as a caption of a sound recording of it alone.
kind: point for one thing in one place; line for a road, a railway or a shore; area for what covers a surface, such as \
trees, water or a crowd; ambient for what is heard from everywhere.
level_db: its usual sound pressure level in dB SPL at 1 m; for ambient, where you stand.
seen: true if the thing that sounds is in the picture itself; false if the picture only implies it, as a road implies \
traffic.
setting: outdoor under the open sky; covered under a roof with open sides, such as an arcade or a station; else indoor.
"""
