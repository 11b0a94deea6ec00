using System;

namespace Sonorama.Core
{
    /// <summary>How loud a source is where, as PROTOCOL.md, section 7, has it.</summary>
    public static class Levels
    {
        /// <summary>What the clips' −23 LUFS (EBU R 128) stand for: so many dB SPL have a gain of 1.</summary>
        public const double ReferenceDbSpl = 70.0;

        /// <summary>Nearer than this, a source doesn't get louder. Metres.</summary>
        public const double MinDistanceM = 0.5;

        /// <summary>By how many dB a tenfold distance lowers a source of this kind: 20, 10 for line, 0 for
        /// ambient.</summary>
        public static double FalloffDbPerDecade(string kind)
        {
            if (kind == "ambient") return 0.0;
            return kind == "line" ? 10.0 : 20.0;
        }

        /// <summary>The level at a distance, in dB SPL.</summary>
        public static double ReceivedDbSpl(string kind, double levelDbSpl1M, double gainDb, double distanceM)
        {
            var away = Math.Log10(Math.Max(distanceM, MinDistanceM));
            return levelDbSpl1M + gainDb - FalloffDbPerDecade(kind) * away;
        }

        /// <summary>The factor on a clip's samples that makes a level in dB SPL; it may be more than 1.</summary>
        public static double Gain(double levelDbSpl)
        {
            return Math.Pow(10.0, (levelDbSpl - ReferenceDbSpl) / 20.0);
        }
    }
}
