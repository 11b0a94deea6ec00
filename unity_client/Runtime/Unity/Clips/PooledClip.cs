using System.Threading;
using System.Threading.Tasks;
using Sonorama.Core;
using UnityEngine;

namespace Sonorama.Unity
{
    /// <summary>A clip on its way to, or in, Unity's memory, and how many want it.</summary>
    internal sealed class PooledClip
    {
        internal readonly string Sha256;
        internal readonly string SourceId;
        internal readonly CancellationTokenSource Cancel = new CancellationTokenSource();

        /// <summary>From the disk or the network; null once it is done.</summary>
        internal Task<ClipSound> Loading;

        /// <summary>What is being copied; null before and after.</summary>
        internal ClipSound Sound;

        /// <summary>Being filled with samples.</summary>
        internal AudioClip Filling;

        /// <summary>Samples per channel that are copied.</summary>
        internal int FilledFrames;

        internal int Users;

        /// <summary>Its samples are lost, and the pool has forgotten it.</summary>
        internal bool IsDropped;

        /// <summary>Since when nobody wants it, by Time.unscaledTimeAsDouble.</summary>
        internal double UnusedSinceS;

        internal PooledClip(string sha256, string sourceId)
        {
            Sha256 = sha256;
            SourceId = sourceId;
        }

        /// <summary>Ready to be played; null until then.</summary>
        internal AudioClip Clip { get; set; }
    }
}
