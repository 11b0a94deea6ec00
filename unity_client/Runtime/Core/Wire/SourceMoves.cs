using System;
using System.Collections.Generic;
using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>The moves of one scene, in memory that is used again. Not safe for several threads at once.</summary>
    internal sealed class SourceMoves
    {
        internal struct Move
        {
            internal string SourceId;
            internal double AzimuthDeg;
            internal double ElevationDeg;
            internal double DistanceM;
        }

        // Made only for a program that takes no changes for a while.
        private Dictionary<string, int> places;
        private Move[] moves = new Move[32];

        internal string SceneId { get; private set; }
        internal long Seq { get; set; }
        internal int Count { get; private set; }

        internal Move this[int index]
        {
            get { return moves[index]; }
        }

        internal void Begin(string sceneId)
        {
            SceneId = sceneId;
            Count = 0;
        }

        internal void Add(string sourceId, double azimuthDeg, double elevationDeg, double distanceM)
        {
            if (Count == moves.Length) Array.Resize(ref moves, 2 * Count);
            moves[Count].SourceId = sourceId;
            moves[Count].AzimuthDeg = azimuthDeg;
            moves[Count].ElevationDeg = elevationDeg;
            moves[Count].DistanceM = distanceM;
            Count++;
        }

        internal void Set(SourceMoved message)
        {
            Begin(message.SceneId);
            foreach (var move in message.Moves)
                if (move != null) Add(move.SourceId, move.AzimuthDeg, move.ElevationDeg, move.DistanceM);
        }

        /// <summary>Take in newer moves of the same scene: of each source the newest place remains.</summary>
        internal void Absorb(SourceMoves newer)
        {
            if (places == null) places = new Dictionary<string, int>();
            places.Clear();
            for (var index = 0; index < Count; index++) places[moves[index].SourceId] = index;
            for (var index = 0; index < newer.Count; index++)
            {
                var move = newer.moves[index];
                int place;
                if (places.TryGetValue(move.SourceId, out place)) moves[place] = move;
                else Add(move.SourceId, move.AzimuthDeg, move.ElevationDeg, move.DistanceM);
            }
        }
    }
}
