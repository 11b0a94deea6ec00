import asyncio
import socket
from urllib.parse import urlsplit

import pytest

from protocol.errors import InputError
from server.api.serving import create_server, open_listening_socket
from server.api.settings import ServerSettings


def test_small_answers_are_sent_at_once():
    async def main():
        delays = []

        class Protocol(asyncio.Protocol):
            def connection_made(self, transport):
                delays.append(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
                transport.close()

        with open_listening_socket("127.0.0.1", 0) as listening:
            server = await asyncio.get_running_loop().create_server(Protocol, sock=listening)
            reader, writer = await asyncio.open_connection(*listening.getsockname())
            await reader.read()
            writer.close()
            server.close()
        return delays

    (is_without_delay,) = asyncio.run(main())
    assert is_without_delay


def test_a_port_is_free_again_as_soon_as_its_server_has_gone():
    with open_listening_socket("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), first.accept()[0]:
            pass
    open_listening_socket("127.0.0.1", port).close()


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 0), ("no.such.name.invalid", 0), ("127.0.0.1", "taken")])
def test_where_one_can_not_listen_is_told(host, port):
    with open_listening_socket("127.0.0.1", 0) as taken:
        if port == "taken":
            port = taken.getsockname()[1]
        with pytest.raises(InputError, match="can't be listened at") as told:
            open_listening_socket(host, port)
    assert told.value.where == f"{host} port {port}"


EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - what is told of it is tested


@pytest.mark.parametrize("host", EVERYWHERE)
def test_the_address_that_is_told_can_be_reached(tmp_path, host):
    settings = ServerSettings(folder=tmp_path, state_dir=tmp_path / "state", worker=(), presets=("embedded",))
    server = create_server(settings)
    try:
        listening = open_listening_socket(host, 0)
    except InputError:
        pytest.skip("this machine has no such addresses")
    with listening:
        told = urlsplit(server._url(listening))
        assert told.hostname not in EVERYWHERE
        assert told.port == listening.getsockname()[1]
        socket.create_connection((told.hostname, told.port)).close()
