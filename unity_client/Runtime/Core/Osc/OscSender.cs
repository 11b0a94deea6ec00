using System;
using System.Net;
using System.Net.Sockets;

namespace Sonorama.Core
{
    /// <summary>Sends OSC to one address by UDP. A packet that can't be sent is lost, like any other.</summary>
    public sealed class OscSender : IDisposable
    {
        private readonly Socket socket;

        public OscSender(IPAddress address, int port)
        {
            socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(new IPEndPoint(address, port));
        }

        /// <summary>Sends what has been written; false where the network didn't take it.</summary>
        public bool Send(OscWriter packet)
        {
            try
            {
                return socket.Send(packet.Bytes, 0, packet.Length, SocketFlags.None) == packet.Length;
            }
            catch (SocketException)
            {
                // Nobody may hear there yet.
                return false;
            }
            catch (ObjectDisposedException)
            {
                return false;
            }
        }

        public void Dispose()
        {
            socket.Close();
        }
    }
}
