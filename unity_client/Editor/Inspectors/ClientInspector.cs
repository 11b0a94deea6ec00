using System.Globalization;
using Sonorama.Core;
using Sonorama.Unity;
using UnityEditor;

namespace Sonorama.Editor
{
    /// <summary>A client's settings, and in play mode how it stands with the server and what sounds.</summary>
    [CustomEditor(typeof(SonoramaClient))]
    public sealed class ClientInspector : UnityEditor.Editor
    {
        public override void OnInspectorGUI()
        {
            DrawDefaultInspector();
            var client = (SonoramaClient)target;
            if (!UnityEngine.Application.isPlaying)
            {
                EditorGUILayout.HelpBox("It connects in play mode, while it is enabled.", MessageType.Info);
                return;
            }
            EditorGUILayout.HelpBox(StatusOf(client), Severity(client));
            foreach (var source in client.Sources)
            {
                bool muted = source.MutedHere, solo = source.Solo;
                if (!SourceRow.Draw(source.Label, FactsOf(source), ref muted, ref solo)) continue;
                source.MutedHere = muted;
                source.Solo = solo;
            }
        }

        /// <summary>How it stands with the server, in a line.</summary>
        public static string StatusOf(SonoramaClient client)
        {
            var state = Words(client.State);
            return string.IsNullOrEmpty(client.Problem) ? state : state + ": " + client.Problem;
        }

        /// <summary>What a row says of a source besides its name.</summary>
        public static string FactsOf(SonoramaSource source)
        {
            var place = source.State.IsAmbient ? "all around" : string.Format(
                CultureInfo.InvariantCulture, "{0:0.0} m, {1:0}°", source.DistanceM, source.State.AzimuthDeg);
            if (source.State.Muted) return place + ", muted by the server";
            if (source.State.Clip == null) return place + ", no clip yet";
            if (source.IsMerged && !source.IsVirtual) return place + ", as one: others are nearer";
            return source.IsVirtual ? place + ", waits: others are nearer" : place;
        }

        public override bool RequiresConstantRepaint()
        {
            return UnityEngine.Application.isPlaying;
        }

        private static MessageType Severity(SonoramaClient client)
        {
            if (client.State == ConnectionState.Refused || client.State == ConnectionState.SceneMissing) return MessageType.Error;
            return string.IsNullOrEmpty(client.Problem) ? MessageType.Info : MessageType.Warning;
        }

        private static string Words(ConnectionState state)
        {
            switch (state)
            {
                case ConnectionState.Idle: return "Not connected";
                case ConnectionState.SceneMissing: return "Connected, but without the scene";
                case ConnectionState.Waiting: return "Waiting to try again";
                default: return state.ToString();
            }
        }
    }
}
