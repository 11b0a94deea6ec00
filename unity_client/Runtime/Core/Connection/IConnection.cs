using System.Threading.Tasks;

namespace Sonorama.Core
{
    /// <summary>What connects a session to its server, again and again until it is stopped or refused.</summary>
    internal interface IConnection
    {
        /// <summary>Done when it is over: stopped, or refused by the server.</summary>
        Task Ended { get; }

        void Start();

        /// <summary>There may be something to send.</summary>
        void Wake();

        /// <summary>Once a frame, for what has no thread of its own.</summary>
        void Step();

        /// <summary>Say goodbye and end; returns at once.</summary>
        void Stop();
    }
}
