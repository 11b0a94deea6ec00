using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace Sonorama.Core
{
    /// <summary>
    /// Hears OSC on a UDP port, on a thread of its own; whoever wants to know takes the packets on a thread of its
    /// choosing. A packet that is none is counted and ends nothing. Where more waits than anybody takes, the oldest goes.
    /// </summary>
    public sealed class OscReceiver : IDisposable
    {
        private const int MaxWaiting = 1024;
        private const int KernelBufferBytes = 1024 * 1024;
        private const int PauseMs = 100;

        private readonly Socket socket;
        private readonly Thread thread;
        private readonly Queue<OscPacket> waiting = new Queue<OscPacket>();
        private readonly Stack<OscPacket> spare = new Stack<OscPacket>();
        private OscPacket taken;
        private int refused;
        private int dropped;
        private volatile bool stopped;

        /// <param name="address">Where to hear: the loopback, or any of this machine's.</param>
        /// <param name="port">0 for any that is free.</param>
        /// <exception cref="SocketException">The port isn't free, or the address isn't this machine's.</exception>
        public OscReceiver(IPAddress address, int port)
        {
            socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                socket.Bind(new IPEndPoint(address, port));
            }
            catch
            {
                socket.Close();
                throw;
            }
            socket.ReceiveBufferSize = KernelBufferBytes;
            Port = ((IPEndPoint)socket.LocalEndPoint).Port;
            thread = new Thread(Run) { IsBackground = true, Name = "sonorama osc" };
            thread.Start();
        }

        /// <summary>The port.</summary>
        public int Port { get; private set; }

        /// <summary>How many datagrams were no packets.</summary>
        public int Refused
        {
            get { return Volatile.Read(ref refused); }
        }

        /// <summary>How many packets went because too many waited.</summary>
        public int Dropped
        {
            get { return Volatile.Read(ref dropped); }
        }

        /// <summary>The next packet, valid until the next call; false where none waits. For one thread.</summary>
        public bool TryTake(out OscPacket packet)
        {
            lock (waiting)
            {
                if (taken != null) spare.Push(taken);
                packet = taken = waiting.Count > 0 ? waiting.Dequeue() : null;
                return packet != null;
            }
        }

        /// <summary>Hear no more.</summary>
        public void Dispose()
        {
            if (stopped) return;
            stopped = true;
            Wake();
            socket.Close();
            thread.Join();
        }

        private void Run()
        {
            var datagram = new byte[65536];
            while (!stopped)
            {
                int length;
                try
                {
                    // Who it's from would be an object for every packet.
                    length = socket.Receive(datagram);
                }
                catch (SocketException)
                {
                    // Windows says so when somebody that was sent to isn't there, and goes on.
                    if (!stopped) Thread.Sleep(PauseMs);
                    continue;
                }
                catch (ObjectDisposedException)
                {
                    return;
                }
                if (!stopped) Take(datagram, length);
            }
        }

        private void Take(byte[] datagram, int length)
        {
            OscPacket packet;
            lock (waiting) packet = spare.Count > 0 ? spare.Pop() : new OscPacket();
            string wrong;
            try
            {
                wrong = packet.Read(datagram, length);
            }
            catch (Exception error)
            {
                // Whatever comes, the loop goes on.
                wrong = error.Message;
            }
            lock (waiting)
            {
                if (wrong != null)
                {
                    spare.Push(packet);
                    Interlocked.Increment(ref refused);
                    return;
                }
                waiting.Enqueue(packet);
                if (waiting.Count <= MaxWaiting) return;
                spare.Push(waiting.Dequeue());
                Interlocked.Increment(ref dropped);
            }
        }

        /// <summary>Mono's Receive doesn't notice that its socket is closed: a datagram ends its wait.</summary>
        private void Wake()
        {
            var own = (IPEndPoint)socket.LocalEndPoint;
            var address = own.Address.Equals(IPAddress.Any) ? IPAddress.Loopback
                : own.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : own.Address;
            try
            {
                using (var waker = new Socket(own.AddressFamily, SocketType.Dgram, ProtocolType.Udp))
                    waker.SendTo(new byte[1], new IPEndPoint(address, own.Port));
            }
            catch (SocketException)
            {
                // Closing does it elsewhere.
            }
        }
    }
}
