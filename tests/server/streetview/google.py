"""Google's two services on this machine: a real HTTP server that answers, refuses, dawdles and hangs up as they do."""

import io
import json
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import numpy as np
from PIL import Image

from server.streetview.maps_client import MapsClient
from tests.timing import stretched

KEY = "AIzaSyKEYKEYKEY-of_a_test"
SESSION = "a-session/token=="
PANO = "CAoSLEFGMVFpcE-1"
METADATA = {
    "panoId": PANO, "lat": 37.42, "lng": -122.08, "imageWidth": 416, "imageHeight": 208, "tileWidth": 64,
    "tileHeight": 64, "heading": 94.35, "tilt": 88.5, "roll": 358.25, "date": "2023-01",
    "copyright": "© 2023 Zoë & Sons", "imageryType": "outdoor", "links": [{"panoId": "x"}],
}  # fmt: skip
"""6.5 × 3.25 tiles at its deepest zoom of 3, as 3328 × 1664 in tiles of 512."""

PHOTO_METADATA = {
    "status": "OK", "pano_id": PANO, "copyright": "© Google", "date": "2022-08", "location": {"lat": 1, "lng": 2}
}  # fmt: skip


def scenery(width_px=416, height_px=208):
    """Pixels of which every one tells its own place: red its column, green its row, blue both."""
    columns, rows = np.meshgrid(np.arange(width_px), np.arange(height_px))
    return np.stack([columns % 256, rows % 256, (columns // 256) * 16 + rows // 64], axis=-1).astype(np.uint8)


def dusk(width_px, height_px):
    """Pixels that JPEG keeps well: brighter to the right, greener downwards."""
    columns, rows = np.meshgrid(np.linspace(20, 230, width_px), np.linspace(20, 230, height_px))
    return np.stack([columns, rows, np.full_like(rows, 60)], axis=-1).astype(np.uint8)


class Google:
    """What the services are asked for, and how they answer.

    Attributes:
        asked: path, query and body of every request.
        faults: by path, answers to give first, one a request: (status, JSON or bytes, headers), "cut",
            "hang up" or "slow".
        dwell_s: how long every answer takes.
        most_at_once: how many requests were waiting for one at the same time.
    """

    def __init__(self):
        self.asked = []
        self.faults = {}
        self.metadata = METADATA
        self.photo_metadata = PHOTO_METADATA
        self.pano_ids = [PANO]
        self.dwell_s = 0.0
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()

    def paths(self):
        return [path for path, _, _ in self.asked]

    def answer(self, path, query, body):
        """Status, content type and content."""
        if query.get("key") != KEY:
            return 400, refusal(400, f"API key not valid: {query.get('key')}. Please pass a valid API key.")
        if path == "/v1/createSession":
            assert body["mapType"] == "streetview"
            return 200, {"session": SESSION, "expiry": "1700000000", "tileWidth": 64, "tileHeight": 64}
        if path == "/maps/api/streetview/metadata":
            return 200, self.photo_metadata
        if path == "/maps/api/streetview":
            width_px, height_px = map(int, query["size"].split("x"))
            return 200, encoded(Image.fromarray(dusk(width_px, height_px)), "JPEG")
        if query.get("session") != SESSION:
            return 401, refusal(401, f"Session {query.get('session')} is not known.")
        if path == "/v1/streetview/panoIds":
            assert body["locations"][0].keys() == {"lat", "lng"}
            return 200, {"panoIds": self.pano_ids}
        if query.get("panoId") != PANO:
            return 404, refusal(404, "Requested entity was not found.")
        if path == "/v1/streetview/metadata":
            return 200, self.metadata
        zoom, column, row = map(int, path.removeprefix("/v1/streetview/tiles/").split("/"))
        halvings = 3 - zoom
        tile = Image.new("RGB", (64, 64))  # black beyond the picture's edge
        world = Image.fromarray(scenery(416 >> halvings, 208 >> halvings))
        if column * 64 >= world.width or row * 64 >= world.height:
            return 404, refusal(404, "no such tile")
        tile.paste(world, (-64 * column, -64 * row))
        return 200, encoded(tile, "PNG")


def refusal(code, message):
    return {"error": {"code": code, "message": message, "status": "REFUSED"}}


def encoded(image, kind):
    content = io.BytesIO()
    image.save(content, kind)
    return content.getvalue()


@contextmanager
def serving(google):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length)) if length else None
            with google.lock:
                google.asked.append((parts.path, query, body))
                google.at_once += 1
                google.most_at_once = max(google.at_once, google.most_at_once)
                waiting = google.faults.get(parts.path, [])
                fault = waiting.pop(0) if waiting else None
            self.reply(parts.path, query, body, fault)

        do_POST = do_GET

        def reply(self, path, query, body, fault):
            headers = {}
            time.sleep(google.dwell_s)
            with google.lock:
                # Ahead of the answer: with it in hand, whoever asked may ask for more.
                google.at_once -= 1
            if fault == "hang up":
                self.close_connection = True
                return
            if fault == "slow":
                time.sleep(stretched(0.5))
            if isinstance(fault, tuple):
                status, content, *more = fault
                headers = more[0] if more else {}
            else:
                status, content = google.answer(path, query, body)
            if not isinstance(content, bytes):
                content = json.dumps(content).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with suppress(OSError):  # whoever asked may have given up
                self.wfile.write(content[: len(content) // 2] if fault == "cut" else content)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def maps_client(url, *, key=KEY, timeout_s=5.0):
    return MapsClient(key, tiles_url=url, maps_url=url, first_wait_s=0.01, timeout_s=timeout_s)
