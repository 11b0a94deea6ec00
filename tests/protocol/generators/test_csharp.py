import re
import shutil
import subprocess
from pathlib import Path

import pytest

from protocol.generators.csharp import csharp_source
from protocol.generators.csharp_rules import message_rules_source
from protocol.wire import MESSAGES
from protocol.wire.codec import decoded
from tests.protocol.vectors import vectors
from tests.timing import PATIENCE_S

SOURCE = csharp_source()

PROGRAM = """
using System;
using System.Text;
using Newtonsoft.Json;
using Sonorama.Protocol;

public static class Echo
{
    public static void Main(string[] arguments)
    {
        Console.InputEncoding = Console.OutputEncoding = new UTF8Encoding(false);
        string line;
        while ((line = Console.In.ReadLine()) != null)
        {
            try
            {
                var message = MessageReader.Read(line);
                if (arguments.Length > 0)
                {
                    Console.Out.WriteLine("{0} {1} {2}", Sonorama.Core.MessageRules.IsCommand(message),
                        Sonorama.Core.MessageRules.Survives(message), Sonorama.Core.MessageRules.Key(message));
                    continue;
                }
                Console.Out.WriteLine(message == null ? "unknown" : JsonConvert.SerializeObject(message));
            }
            catch (JsonException)
            {
                Console.Out.WriteLine("refused");
            }
        }
    }
}
"""


# What no reader can make a message of; ranges are the receiver's to judge.
GARBLED = ("not an object", "no seq", "seq below 1", "seq too large for a double", "seq is text", "no type", "NaN")


def test_members_are_named_as_in_c_sharp_and_typed_as_on_the_wire():
    assert '[JsonProperty("playing_since_s")]\n        public double? PlayingSinceS { get; set; }' in SOURCE
    assert (
        '[JsonProperty("stream_id", Required = Required.Always)]\n        public uint StreamId { get; set; }' in SOURCE
    )
    assert (
        '[JsonProperty("position_m", Required = Required.Always)]\n        public double[] PositionM { get; set; }'
        in SOURCE
    )
    assert 'public string Delivery { get; set; } = "http";' in SOURCE
    assert "public int Channels { get; set; } = 1;" in SOURCE
    assert "public const int Unauthorised = 4401;" in SOURCE


def test_no_class_takes_a_name_of_unitys_or_of_the_systems():
    names = set(re.findall(r"public (?:sealed |static |abstract )class (\w+)", SOURCE))
    assert not names & {"Path", "Keyframe", "Error", "Object", "Random", "Scene", "Transform", "Pose", "Motion"}


@pytest.fixture(scope="module")
def echo(tmp_path_factory):
    """A program, compiled from the generated source, that reads messages and writes them back."""
    if not all(map(shutil.which, ("mcs", "mono", "pkg-config"))):
        pytest.skip("no C# compiler here: apt-get install mono-mcs mono-runtime libnewtonsoft-json-cil-dev")
    found = subprocess.run(["pkg-config", "--libs", "newtonsoft-json"], capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip("no Json.NET here: apt-get install libnewtonsoft-json-cil-dev")
    folder = tmp_path_factory.mktemp("csharp")
    (folder / "Messages.cs").write_text(SOURCE, "utf-8")
    (folder / "Echo.cs").write_text(PROGRAM, "utf-8")
    (folder / "MessageRules.cs").write_text(message_rules_source(), "utf-8")
    library = Path(found.stdout.strip().removeprefix("-r:"))
    shutil.copy(library, folder)
    options = ["-langversion:6", "-warnaserror", f"-r:{library}"]
    for target, sources in (
        ("library", ["Messages.cs"]),
        ("exe", ["Messages.cs", "MessageRules.cs", "Echo.cs"]),
    ):
        command = ["mcs", *options, f"-target:{target}", f"-out:{target}.exe", *sources]
        built = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=2 * PATIENCE_S)
        assert built.returncode == 0, built.stderr + built.stdout
    return folder / "exe.exe"


def replies(echo, texts, *arguments):
    given = "".join(text + "\n" for text in texts)
    command = ["mono", echo, *arguments]
    ran = subprocess.run(command, input=given.encode(), capture_output=True, check=True, timeout=2 * PATIENCE_S)
    return ran.stdout.decode().splitlines()


def test_messages_of_the_vectors_survive_a_visit_to_c_sharp(echo):
    rows = vectors("messages")["valid"]
    for row, reply in zip(rows, replies(echo, [row["text"] for row in rows]), strict=True):
        assert decoded(reply, sender=row["sender"]) == decoded(row["text"], sender=row["sender"])


def test_unknown_messages_are_passed_over_and_nonsense_is_refused_in_c_sharp(echo):
    texts = [row["text"] for row in vectors("messages")["ignored"]]
    assert replies(echo, texts) == ["unknown"] * len(texts)
    nonsense = [
        "[]",
        "{",
        '{"type":{},"seq":1}',
        '{"type":"source_removed","seq":1,"scene_id":"a"}',
        '{"type":"mute","seq":1,"scene_id":"a","source_id":"b","muted":"maybe"}',
        '{"type":"clock_ping","seq":1,"client_sent_s":-Infinity}',
        '{"type":"credit","seq":1,"stream_id":1,"bytes":99999999999999999999}',
        *[row["text"] for row in vectors("messages")["invalid"] if row["about"] in GARBLED],
    ]
    assert replies(echo, nonsense) == ["refused"] * len(nonsense)


def test_rules_for_what_waits_are_the_same_in_c_sharp(echo):
    rows = [row for row in vectors("messages")["valid"] if row["sender"] == "client"]
    messages = [decoded(row["text"], sender="client")[1] for row in rows]
    assert {message.type for message in messages} == {
        name for name, kind in MESSAGES.items() if kind.sender in ("client", "both")
    }
    expected = [f"{message.is_command} {message.survives} {message.key or ''}" for message in messages]
    assert replies(echo, [row["text"] for row in rows], "rules") == expected
