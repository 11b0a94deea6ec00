"""The pages and pictures that are made of the program say all of it."""

from __future__ import annotations

import re

from server.api.app import create_app
from server.api.settings import ServerSettings
from tools import draw_rooms
from tools.reference_pages import commands, included_page, pages


def test_every_command_has_a_section_with_its_options():
    sections = dict(
        re.findall(r"^## (sonorama .*?)\n(.*?)(?=^## |\Z)", pages()["reference/cli.md"], re.DOTALL | re.MULTILINE)
    )
    assert sections.keys() == {name for name, _ in commands()}
    for name, command in commands():
        taken = command.get_params(command.context_class(command, info_name=name))
        options = {option for parameter in taken for option in parameter.opts if option.startswith("--")}
        assert options <= {"--help", *re.findall(r"--[a-z-]+", sections[name])}, name


def test_every_route_has_a_section_with_its_fields(tmp_path):
    schema = create_app(
        ServerSettings(folder=tmp_path, state_dir=tmp_path, worker=("python",), presets=("embedded",))
    ).openapi()
    sections = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", pages()["reference/http.md"], re.DOTALL | re.MULTILINE))
    routes = {
        f"{method.upper()} {path}": found
        for path, methods in schema["paths"].items()
        for method, found in methods.items()
    }
    assert sections.keys() == routes.keys()
    for route, operation in routes.items():
        for parameter in operation.get("parameters", ()):
            assert f"`{parameter['name']} (" in sections[route]
        for content in operation.get("requestBody", {}).get("content", {}).values():
            body = schema["components"]["schemas"][content["schema"]["$ref"].rsplit("/", 1)[1]]
            for field in body["properties"]:
                assert f"`{field} (" in sections[route]


def test_links_of_the_specifications_lead_to_pages_beside_them():
    for name in ("PROTOCOL.md", "OSC.md"):
        local = re.findall(r"\]\(([^)#:]+)\)", included_page(f"protocol/{name}"))
        assert set(local) <= {"protocol.md", "osc.md"}


def test_the_drawn_rooms_are_those_that_the_import_rules_know():
    assert draw_rooms.FILE.read_text("utf-8") == draw_rooms.drawing(draw_rooms.server_layers())
