using System.Collections.Generic;
using Newtonsoft.Json;
using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>
    /// The client's side of a session, without a socket, as PROTOCOL.md, section 4, has it. It outlives connections:
    /// tell it Connected and Disconnected, and it resumes, subscribes again where it must, and sends again what may not
    /// have arrived. Not safe for several threads at once.
    /// </summary>
    internal sealed class ClientSession
    {
        /// <summary>The major version of the protocol that is spoken.</summary>
        internal const int Major = 1;

        private const int MessagesPerAck = 64;
        private const int MaxLost = 1024;

        private struct Sent
        {
            internal long Seq;
            internal Message Message;
        }

        private readonly string client;
        private readonly string token;
        private readonly string[] codecs;
        private readonly Outbox outbox = new Outbox();
        private readonly ListenerPoseSlot pose = new ListenerPoseSlot();
        private readonly Heartbeat heartbeat = new Heartbeat();
        private readonly List<Sent> unacknowledged = new List<Sent>();
        private readonly Dictionary<string, Subscribe> subscriptions = new Dictionary<string, Subscribe>();
        private readonly HashSet<string> missing = new HashSet<string>();
        private readonly Queue<Message> lost = new Queue<Message>();
        private Hello greeting;
        private bool pingWaits;
        private long sentSeq;
        private long receivedSeq;
        private long acknowledgedSeq;
        private string resumeToken;

        internal ClientSession(string client, string token, string[] codecs)
        {
            this.client = client;
            this.token = token;
            this.codecs = codecs;
            Clock = new ClockSync();
        }

        /// <summary>How far the server's clock is ahead.</summary>
        internal ClockSync Clock { get; private set; }

        /// <summary>What the server said of itself; null without a connection.</summary>
        internal Welcome Welcome { get; private set; }

        /// <summary>A connection is open: greet the server, and go on with the session if there was one.</summary>
        internal void Connected(double nowS)
        {
            greeting = new Hello
            {
                Majors = new[] { Major },
                Client = client,
                Token = token,
                Codecs = codecs,
                Resume = resumeToken == null ? null : new Resume { Token = resumeToken, LastSeq = receivedSeq },
            };
            pingWaits = true;
            heartbeat.Begin(nowS);
        }

        /// <summary>The connection is gone.</summary>
        internal void Disconnected()
        {
            Welcome = null;
            greeting = null;
            pingWaits = false;
            pose.Clear();
            outbox.KeepOnly(MessageRules.Survives);
        }

        /// <summary>Ask for a scene, now and after every reconnection.</summary>
        internal void Subscribe(string sceneId)
        {
            // Clips are asked for one by one, when they aren't in the cache.
            var message = new Subscribe { SceneId = sceneId, Delivery = "http" };
            subscriptions[sceneId] = message;
            missing.Remove(sceneId);
            Send(message);
        }

        /// <summary>Hear no more of a scene.</summary>
        internal void Unsubscribe(string sceneId)
        {
            if (subscriptions.Remove(sceneId)) Send(new Unsubscribe { SceneId = sceneId });
        }

        /// <summary>Ask for a new snapshot of every subscribed scene.</summary>
        internal void SubscribeAgain()
        {
            foreach (var subscription in subscriptions.Values) Send(subscription);
        }

        /// <summary>Say something as soon as the server can hear it; a command until it is acknowledged.</summary>
        internal void Send(Message message)
        {
            var dropped = outbox.Put(message);
            if (dropped != null && MessageRules.IsCommand(dropped)) Lose(dropped);
        }

        /// <summary>Tell where the head is; replaces a pose that still waits. In a scene that the server doesn't have it is
        /// nowhere.</summary>
        internal void SendPose(string sceneId, Point3 positionM, Rotation orientation, double clientTimeS, bool share)
        {
            if (missing.Contains(sceneId)) return;
            pose.Put(sceneId, positionM, orientation, clientTimeS, share);
        }

        /// <summary>Look at the clock: give a sign of life, and say what has arrived.</summary>
        internal void Tick(double nowS)
        {
            if (Welcome == null || !heartbeat.IsDue(nowS, Welcome.HeartbeatS)) return;
            pingWaits = true;
            Acknowledge();
        }

        /// <summary>Writes the next frame; false where nothing waits. Nothing goes before the welcome but hello.</summary>
        internal bool WriteNext(double nowS, FrameWriter into)
        {
            into.Clear();
            if (greeting != null)
            {
                Write(greeting, into);
                greeting = null;
                return true;
            }
            if (Welcome == null) return false;
            if (pingWaits)
            {
                pingWaits = false;
                into.Raw("{\"type\":\"clock_ping\",\"seq\":").Number(++sentSeq);
                into.Raw(",\"client_sent_s\":").Number(nowS, 7).Raw("}");
                return true;
            }
            var message = outbox.Pop();
            if (message != null)
            {
                Write(message, into);
                return true;
            }
            if (!pose.Write(sentSeq + 1, into)) return false;
            sentSeq++;
            return true;
        }

        /// <summary>Whether a message with this number is new; it counts as received from then on.</summary>
        internal bool Accept(long seq)
        {
            if (Welcome == null || seq <= receivedSeq) return false;
            receivedSeq = seq;
            if (receivedSeq - acknowledgedSeq >= MessagesPerAck) Acknowledge();
            return true;
        }

        /// <summary>Take a message in; returns what the program may want to know of, or null.</summary>
        internal Message Receive(Message message, double nowS)
        {
            var welcome = message as Welcome;
            if (welcome != null) return Begin(welcome) ? welcome : null;
            if (!Accept(message.Seq)) return null;
            var pong = message as ClockPong;
            if (pong != null)
            {
                Clock.Add(new ClockExchange(pong.ClientSentS, pong.ServerReceivedS, pong.ServerSentS, nowS));
                return null;
            }
            var ack = message as Ack;
            if (ack != null)
            {
                unacknowledged.RemoveAll(sent => sent.Seq <= ack.ReceivedSeq);
                return null;
            }
            var removed = message as SceneRemoved;
            if (removed != null) Miss(removed.SceneId);
            var error = message as ErrorMessage;
            return error == null ? message : Take(error);
        }

        /// <summary>A command of which nobody knows whether it was carried out; null where there's none left.</summary>
        internal Message TakeLost()
        {
            return lost.Count == 0 ? null : lost.Dequeue();
        }

        private bool Begin(Welcome welcome)
        {
            // A second welcome on one connection makes no sense, nor does one in a version that nobody asked for.
            if (Welcome != null || welcome.Major != Major || !(welcome.HeartbeatS > 0.0)) return false;
            Welcome = welcome;
            resumeToken = welcome.ResumeToken;
            var commands = unacknowledged.ToArray();
            unacknowledged.Clear();
            if (welcome.Resumed)
            {
                var waiting = outbox.TakeAll();
                foreach (var command in commands)
                    if (command.Seq > welcome.ReceivedSeq) Send(command.Message);
                foreach (var message in waiting) Send(message);
            }
            else
            {
                foreach (var command in commands)
                    if (!(command.Message is Subscribe) && !(command.Message is Unsubscribe)) Lose(command.Message);
                acknowledgedSeq = 0;
                Clock.Clear();
                SubscribeAgain();
            }
            receivedSeq = welcome.Seq;
            return true;
        }

        private Message Take(ErrorMessage error)
        {
            // What was asked of a scene that isn't there is refused, too, and that has been said.
            Message news = missing.Contains(error.SceneId ?? "") ? null : error;
            var index = unacknowledged.FindIndex(sent => sent.Seq == error.ReplyTo);
            if (index < 0) return news;
            var refused = unacknowledged[index].Message as Subscribe;
            unacknowledged.RemoveAt(index);
            Subscribe current;
            // What may succeed later is asked for again by whoever reconnects.
            if (refused == null || error.RetryAfterS.HasValue) return news;
            if (!subscriptions.TryGetValue(refused.SceneId, out current) || current != refused) return news;
            Miss(refused.SceneId);
            return new SceneRefused { SceneId = refused.SceneId, Text = error.Message };
        }

        private void Miss(string sceneId)
        {
            subscriptions.Remove(sceneId);
            missing.Add(sceneId);
            pose.Clear();
        }

        private void Acknowledge()
        {
            if (receivedSeq <= acknowledgedSeq) return;
            acknowledgedSeq = receivedSeq;
            Send(new Ack { ReceivedSeq = receivedSeq });
        }

        private void Lose(Message command)
        {
            lost.Enqueue(command);
            if (lost.Count > MaxLost) lost.Dequeue();
        }

        private void Write(Message message, FrameWriter into)
        {
            message.Seq = ++sentSeq;
            if (MessageRules.IsCommand(message)) unacknowledged.Add(new Sent { Seq = sentSeq, Message = message });
            into.Raw(JsonConvert.SerializeObject(message));
        }
    }
}
