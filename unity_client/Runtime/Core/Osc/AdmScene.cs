using System;
using System.Collections.Generic;

namespace Sonorama.Core
{
    /// <summary>
    /// The scene that ADM-OSC messages tell, as OSC.md has them: messages in, objects out. For one thread. Messages
    /// that it doesn't understand change nothing.
    /// </summary>
    public sealed class AdmScene
    {
        private const string Adm = "/adm/obj/";
        private const string Own = "/sonorama/obj/";
        private const int MaxObjects = 1024;

        private readonly Dictionary<int, AdmObject> objects = new Dictionary<int, AdmObject>();

        /// <summary>The id of the scene; null until told.</summary>
        public string SceneId { get; private set; }

        /// <summary>The objects by number.</summary>
        public Dictionary<int, AdmObject>.ValueCollection Objects
        {
            get { return objects.Values; }
        }

        /// <summary>The object of this number; null where there is none.</summary>
        public AdmObject Find(int number)
        {
            AdmObject found;
            return objects.TryGetValue(number, out found) ? found : null;
        }

        /// <summary>Takes a message in. Allocates nothing for objects that are known.</summary>
        /// <param name="changed">The object that is different now; null where none is.</param>
        /// <param name="isGone">Whether that object has left.</param>
        /// <returns>Whether the message was understood.</returns>
        public bool Apply(OscMessage message, out AdmObject changed, out bool isGone)
        {
            changed = null;
            isGone = false;
            if (message.IsQuery) return false;
            if (message.Address == "/adm/env/change" && message.Tag(0) == 's')
            {
                if (message.Text(0) != SceneId) objects.Clear();
                SceneId = message.Text(0);
                return true;
            }
            int number, word;
            var isAdm = TryNumber(message.Address, Adm, out number, out word);
            if (!isAdm && !TryNumber(message.Address, Own, out number, out word)) return false;
            if (!isAdm && IsWord(message.Address, word, "gone"))
            {
                changed = Find(number);
                isGone = objects.Remove(number);
                return isGone;
            }
            var known = Find(number);
            var target = known ?? new AdmObject(number);
            if (!(isAdm ? SetAdm(target, message, word) : SetOwn(target, message, word))) return false;
            if (known == null)
            {
                if (objects.Count == MaxObjects) return false;
                objects.Add(number, target);
            }
            changed = target;
            return true;
        }

        private static bool SetAdm(AdmObject target, OscMessage message, int word)
        {
            var address = message.Address;
            if (IsWord(address, word, "name") && message.Tag(0) == 's')
            {
                target.Label = message.Text(0);
                return true;
            }
            if (message.HasNumbers(3))
            {
                if (IsWord(address, word, "aed"))
                {
                    Place(target, message.Number(0), message.Number(1), Metres(target, message.Number(2)));
                    return true;
                }
                if (!IsWord(address, word, "xyz")) return false;
                var point = new Point3(message.Number(0), message.Number(1), message.Number(2));
                var polar = Coordinates.PolarFromScene(Coordinates.SceneFromAdm(point, target.DmaxM));
                Place(target, polar.AzimuthDeg, polar.ElevationDeg, polar.DistanceM);
                return true;
            }
            return message.HasNumbers(1) && SetAdmNumber(target, address, word, message.Number(0));
        }

        private static bool SetAdmNumber(AdmObject target, string address, int word, double value)
        {
            if (IsWord(address, word, "azim")) Place(target, value, target.ElevationDeg, target.DistanceM);
            else if (IsWord(address, word, "elev")) Place(target, target.AzimuthDeg, value, target.DistanceM);
            else if (IsWord(address, word, "dist")) target.DistanceM = Metres(target, value);
            else if (IsWord(address, word, "gain")) target.Gain = Math.Max(value, 0.0);
            else if (IsWord(address, word, "mute")) target.Muted = value >= 0.5;
            else if (IsWord(address, word, "w")) target.Width = value;
            else if (IsWord(address, word, "dmax") && value > 0.0) target.DmaxM = value;
            else return false;
            return true;
        }

        private static bool SetOwn(AdmObject target, OscMessage message, int word)
        {
            var address = message.Address;
            var text = message.Tag(0) == 's' ? message.Text(0) : null;
            var value = message.IsNumber(0) ? message.Number(0) : double.NaN;
            if (text != null && IsWord(address, word, "id")) target.Id = text;
            else if (text != null && IsWord(address, word, "label")) target.Label = text;
            else if (text != null && IsWord(address, word, "kind")) target.Kind = text;
            else if (text != null && IsWord(address, word, "clip")) return SetClip(target, message);
            else if (!double.IsNaN(value) && IsWord(address, word, "level")) target.LevelDbSpl1M = value;
            else if (value > 0.0 && IsWord(address, word, "distance")) target.DistanceM = value;
            else if (message.Tag(0) == 'd' && IsWord(address, word, "play")) target.PlayingSinceUnixS = value;
            else if (IsWord(address, word, "stop")) target.PlayingSinceUnixS = double.NaN;
            else return false;
            return true;
        }

        private static bool SetClip(AdmObject target, OscMessage message)
        {
            if (message.Count != 5 || message.Tag(1) != 's' || !ContentHash.IsOne(message.Text(1))) return false;
            target.ClipUrl = message.Text(0);
            target.ClipSha256 = message.Text(1);
            target.Loop = message.Integer(4) != 0;
            return true;
        }

        private static double Metres(AdmObject target, double normalised)
        {
            // What is farther than dmax is told as 1; its metres were told elsewhere.
            if (normalised >= 1.0 && target.DistanceM > target.DmaxM) return target.DistanceM;
            return Math.Max(normalised, 0.0) * target.DmaxM;
        }

        private static void Place(AdmObject target, double azimuthDeg, double elevationDeg, double distanceM)
        {
            target.AzimuthDeg = Coordinates.WrappedAzimuthDeg(azimuthDeg);
            target.ElevationDeg = Math.Max(-90.0, Math.Min(90.0, elevationDeg));
            target.DistanceM = Math.Max(distanceM, 0.0);
        }

        private static bool TryNumber(string address, string prefix, out int number, out int word)
        {
            number = word = 0;
            if (!address.StartsWith(prefix, StringComparison.Ordinal)) return false;
            var at = prefix.Length;
            for (; at < address.Length && address[at] >= '0' && address[at] <= '9' && number < 100000000; at++)
                number = 10 * number + (address[at] - '0');
            word = at + 1;
            return number > 0 && at < address.Length && address[at] == '/';
        }

        private static bool IsWord(string address, int word, string wanted)
        {
            return address.Length - word == wanted.Length && string.CompareOrdinal(address, word, wanted, 0, wanted.Length) == 0;
        }
    }
}
