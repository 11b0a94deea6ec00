using Sonorama.Core;
using UnityEngine;

namespace Sonorama.Unity
{
    /// <summary>
    /// Where a source is shown: where it is told to be, plus what is left of the way from where it was shown before. So
    /// moves that come in steps look smooth, and a source on a path has no lag. What is told far away is there at once.
    /// </summary>
    internal sealed class SourceMotion
    {
        // Two or three moves at 60 Hz: steps melt, and nothing is late for the eye or the ear.
        private const float TimeConstantS = 0.04f;
        private const float NearEnoughM = 1e-4f;

        private readonly SceneSource source;
        private Vector3 lag;
        private bool isPlaced;

        internal SourceMotion(SceneSource source)
        {
            this.source = source;
        }

        /// <summary>In the client's frame, metres.</summary>
        internal Vector3 Place { get; private set; }

        /// <summary>Whether it is elsewhere than before the last step.</summary>
        internal bool HasMoved { get; private set; }

        /// <summary>A move came, which says nothing new of a source whose path is known.</summary>
        internal void Moved(double serverTimeS, float teleportM)
        {
            if (source.Path == null || double.IsNaN(serverTimeS)) Told(serverTimeS, teleportM);
        }

        /// <summary>Its place or its path may be another one.</summary>
        internal void Told(double serverTimeS, float teleportM)
        {
            var target = Target(serverTimeS);
            lag = Place - target;
            if (!isPlaced || lag.magnitude > teleportM) lag = Vector3.zero;
            isPlaced = true;
        }

        /// <param name="serverTimeS">NaN where it isn't known.</param>
        internal void Step(double serverTimeS, float seconds)
        {
            lag = lag * Mathf.Exp(-seconds / TimeConstantS);
            if (lag.sqrMagnitude < NearEnoughM * NearEnoughM) lag = Vector3.zero;
            var before = Place;
            Place = Target(serverTimeS) + lag;
            HasMoved = !Place.Equals(before);
        }

        private Vector3 Target(double serverTimeS)
        {
            return UnityFrame.FromScene(
                double.IsNaN(serverTimeS) ? source.PositionM : source.PositionAtM(serverTimeS));
        }
    }
}
