"""Freesound on this machine: a real HTTP server that searches, filters, refuses and throttles as its APIv2 does."""

from __future__ import annotations

import io
import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import numpy as np
import soundfile

from server.sound.freesound.client import FreesoundClient

KEY = "kEyKeYkEy0123456789"
LICENCES = {
    "Creative Commons 0": "http://creativecommons.org/publicdomain/zero/1.0/",
    "Attribution": "https://creativecommons.org/licenses/by/4.0/",
    "Attribution NonCommercial": "https://creativecommons.org/licenses/by-nc/4.0/",
}


def sound(sound_id, name, *, seconds=4.0, licence="Creative Commons 0", tags=(), rating=0.0, ratings=0, tone_hz=None):
    """A sound of the site, with what its preview holds."""
    time_s = np.arange(round(seconds * 44_100)) / 44_100
    samples = np.sin(2 * np.pi * (tone_hz or 200.0 + sound_id) * time_s) * 0.2
    return {
        "id": sound_id, "name": name, "username": f"user{sound_id}", "licence": licence, "duration": seconds,
        "tags": list(tags), "avg_rating": rating, "num_ratings": ratings, "samples": samples, "description": "",
    }  # fmt: skip


class Site:
    """What lies there, what was asked for, and how it answers.

    Attributes:
        sounds: of :func:`sound`.
        asked: path, query and headers of every request.
        faults: answers to give first, one a request: (status, JSON, headers), or "cut".
        honours_filter: whether licences and durations are filtered.
    """

    def __init__(self, *sounds):
        self.sounds = sounds
        self.asked = []
        self.faults = []
        self.honours_filter = True
        self.address = ""

    def paths(self):
        return [path for path, _, _ in self.asked]

    def searched(self, query):
        """As the documentation says: every term must be there; ``filter`` names licences and a range of seconds."""
        least_s, most_s = map(float, re.search(r"duration:\[(\S+) TO (\S+)\]", query["filter"]).groups())
        allowed = re.findall(r'"([^"]+)"', re.search(r"license:\(([^)]*)\)", query["filter"])[1])
        terms = query["query"].lower().split()
        found = []
        for each in self.sounds:
            text = f"{each['name']} {' '.join(each['tags'])}".lower()
            fits = each["licence"] in allowed and least_s <= each["duration"] <= most_s
            if all(term in text for term in terms) and (fits or not self.honours_filter):
                found.append({name: value for name, value in self.described(each).items() if name in query["fields"]})
        return {"count": len(found), "next": None, "previous": None, "results": found[: int(query["page_size"])]}

    def described(self, each):
        shown = {name: value for name, value in each.items() if name not in ("samples", "licence")}
        page = f"https://freesound.org/people/{each['username']}/sounds/{each['id']}/"
        previews = {"preview-hq-ogg": f"{self.address}/previews/{each['id']}-hq.ogg", "preview-lq-mp3": "x"}
        return {**shown, "license": LICENCES[each["licence"]], "url": page, "previews": previews}

    def preview(self, sound_id):
        [each] = [each for each in self.sounds if each["id"] == sound_id]
        content = io.BytesIO()
        soundfile.write(content, each["samples"], 44_100, format="OGG", subtype="VORBIS")
        return content.getvalue()


@contextmanager
def serving(site, *, key=KEY):
    """The site at work, and a client of it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            site.asked.append((parts.path, query, dict(self.headers)))
            if site.faults:
                fault = site.faults.pop(0)
                if fault == "cut":
                    self.send_response(200)
                    self.send_header("Content-Length", "1000")
                    self.end_headers()
                    self.wfile.write(b"{")
                    return
                self.reply(fault[0], json.dumps(fault[1]).encode(), **fault[2])
            elif parts.path.startswith("/previews/"):
                self.reply(200, site.preview(int(re.findall(r"\d+", parts.path)[0])))
            elif self.headers.get("Authorization") != f"Token {KEY}":
                self.reply(401, b'{"detail": "Invalid token"}')
            else:
                self.reply(200, json.dumps(site.searched(query)).encode())

        def reply(self, status, content, **headers):
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    site.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield FreesoundClient(key, api_url=f"{site.address}/apiv2", first_wait_s=0.01)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
