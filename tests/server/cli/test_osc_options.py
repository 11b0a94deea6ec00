import pytest

from protocol.errors import InputError
from server.cli.osc_options import osc_settings

EVERYWHERE = "0.0.0.0"  # noqa: S104 - nothing listens here
GIVEN = {"listen": None, "reply_port": None, "dmax_m": 100.0, "time_tags": False}


@pytest.mark.parametrize(
    ("target", "listen", "expected"),
    [
        ("127.0.0.1", None, ("127.0.0.1", 4001, "127.0.0.1", 4002)),
        ("localhost:9000", None, ("localhost", 9000, "127.0.0.1", 4002)),
        ("192.168.1.20", None, ("192.168.1.20", 4001, EVERYWHERE, 4002)),
        ("console.local:7000", "7001", ("console.local", 7000, EVERYWHERE, 7001)),
        ("[::1]:9000", None, ("::1", 9000, "::1", 4002)),
        ("::1", None, ("::1", 4001, "::1", 4002)),
        ("[fe80::1%eth0]:9000", "9001", ("fe80::1%eth0", 9000, "::", 9001)),
        ("192.168.1.20", "192.168.1.5:7001", ("192.168.1.20", 4001, "192.168.1.5", 7001)),
        ("192.168.1.20", "192.168.1.5", ("192.168.1.20", 4001, "192.168.1.5", 4002)),
        ("[2001:db8::1]", "[::1]:7001", ("2001:db8::1", 4001, "::1", 7001)),
    ],
)
def test_addresses_are_read_as_people_write_them(target, listen, expected):
    settings = osc_settings(target, **{**GIVEN, "listen": listen})
    assert (settings.target_host, settings.target_port, settings.listen_host, settings.listen_port) == expected


@pytest.mark.parametrize("text", ["", ":9000", "host:", "host:x", "host:0", "host:65536", "[::1", "[::1]9000", "[]:1"])
def test_what_is_no_address_is_told_with_its_option(text):
    for option, arguments in (("--osc", (text, None)), ("--osc-listen", ("127.0.0.1", text))):
        with pytest.raises(InputError, match="is no address") as error:
            osc_settings(arguments[0], **{**GIVEN, "listen": arguments[1]})
        assert error.value.where == option


def test_without_a_target_there_is_no_osc():
    assert osc_settings(None, **GIVEN) is None
    for option, given in (("--osc-listen", {"listen": "7001"}), ("--osc-reply-port", {"reply_port": 7002})):
        with pytest.raises(InputError, match="give --osc, too") as error:
            osc_settings(None, **{**GIVEN, **given})
        assert error.value.where == option


def test_the_rest_is_passed_on():
    settings = osc_settings("127.0.0.1", listen="7001", reply_port=7002, dmax_m=20.0, time_tags=True)
    assert (settings.reply_port, settings.dmax_m, settings.time_tags) == (7002, 20.0, True)
