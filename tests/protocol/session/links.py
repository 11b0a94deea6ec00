"""A server and a client with a wire between them that the test holds in its hands."""

from itertools import count

from protocol.errors import InputError
from protocol.session.client_session import ClientSession
from protocol.session.events import CommandReceived, SnapshotWanted
from protocol.session.memory import Sessions
from protocol.session.policy import ServerPolicy
from protocol.session.scene_state import SceneState
from protocol.session.server_session import ServerSession
from protocol.wire import Mute, Subscribe
from tests.protocol.worlds import SCENE, snapshot, source, updated

POLICY = ServerPolicy(server="test 1", token="sesame")


class Hub:
    """The least that a server has around its sessions: one scene, told to everybody who subscribes."""

    def __init__(self, policy=POLICY):
        numbers = count(1)
        self.policy = policy
        self.sessions = Sessions(resume_s=policy.limits.resume_s, new_token=lambda: f"resume-{next(numbers)}")
        self.truth = SceneState(snapshot(source("bell")))
        self.connections = []
        self.commands = []

    def open(self, now_s, **options):
        session = ServerSession(policy=self.policy, sessions=self.sessions, now_s=now_s, **options)
        self.connections.append(session)
        return session

    def act(self, session, now_s):
        for event in session.take_events():
            if isinstance(event, SnapshotWanted):
                if event.subscription.scene_id == SCENE:
                    if event.seq is not None:
                        session.acknowledge(event.seq)
                    for message in self.truth.initial_state(at_s=now_s):
                        session.publish(message)
                else:
                    error = InputError("is no scene here", where=event.subscription.scene_id, remedy="list the scenes")
                    session.refuse(error, reply_to=event.seq)
            elif isinstance(event, CommandReceived):
                self.commands.append(event)
                if isinstance(event.command, Mute):
                    self.tell(updated(event.command.source_id, level_db=61 + event.command.muted), now_s)
                session.acknowledge(event.seq)

    def tell(self, message, now_s):
        self.truth.apply(message)
        for session in self.connections:
            if session.memory is not None and SCENE in session.memory.subscriptions:
                session.publish(message)
        for memory in self.sessions.waiting(now_s):
            if SCENE in memory.subscriptions:
                memory.publish(message)


class Link:
    """One client on a wire that delivers a frame when it's told to."""

    def __init__(self, hub=None, **options):
        self.hub = hub or Hub()
        self.client = ClientSession(**{"client": "test client", "token": "sesame", **options})
        self.server = None
        self.now_s = 0.0
        self.events = []

    def connect(self, **options):
        self.server = self.hub.open(self.now_s, **options)
        self.client.connected(self.now_s)

    def cut(self):
        self.server.disconnected(self.now_s)
        self.client.disconnected()
        self.hub.connections.remove(self.server)
        self.server = None

    def upload(self, most=10**6):
        """Deliver frames from the client."""
        for _ in range(most):
            if self.server is None or (frame := self.client.next_frame(self.now_s)) is None:
                return
            self.server.receive(frame, self.now_s)
            self.hub.act(self.server, self.now_s)

    def download(self, most=10**6, *, lose=False):
        """Deliver frames from the server, or send them into the void."""
        for _ in range(most):
            if self.server is None or (frame := self.server.next_frame(self.now_s)) is None:
                return
            if not lose:
                self.client.receive(frame, self.now_s)
                self.events += self.client.take_events()

    def settle(self):
        """Deliver everything that both have to say."""
        for _ in range(20):
            self.upload()
            self.download()


def subscribed(hub=None, **options):
    """A link whose client is welcome and knows the scene."""
    link = Link(hub, **options)
    link.client.subscribe(Subscribe(scene_id=SCENE))
    link.connect()
    link.settle()
    return link
