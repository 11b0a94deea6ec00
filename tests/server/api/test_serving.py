import asyncio
import socket

import pytest

from protocol.errors import InputError
from server.api.serving import open_listening_socket


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
