using System;

namespace UnityEngine
{
    /// <summary>Mathf.html</summary>
    public struct Mathf
    {
        public const float PI = (float)Math.PI;
        public const float Infinity = float.PositiveInfinity;
        public const float Deg2Rad = PI / 180.0f;
        public const float Rad2Deg = 180.0f / PI;

        public static float Sin(float f) { return (float)Math.Sin(f); }

        public static float Cos(float f) { return (float)Math.Cos(f); }

        public static float Acos(float f) { return (float)Math.Acos(f); }

        public static float Atan2(float y, float x) { return (float)Math.Atan2(y, x); }

        public static float Sqrt(float f) { return (float)Math.Sqrt(f); }

        public static float Pow(float f, float p) { return (float)Math.Pow(f, p); }

        public static float Exp(float power) { return (float)Math.Exp(power); }

        public static float Log10(float f) { return (float)Math.Log10(f); }

        public static float Abs(float f) { return Math.Abs(f); }

        public static float Max(float a, float b) { return a > b ? a : b; }

        public static int Max(int a, int b) { return a > b ? a : b; }

        public static float Min(float a, float b) { return a < b ? a : b; }

        public static int Min(int a, int b) { return a < b ? a : b; }

        public static int RoundToInt(float f) { return (int)Math.Round(f); }

        public static int FloorToInt(float f) { return (int)Math.Floor(f); }

        public static int CeilToInt(float f) { return (int)Math.Ceiling(f); }

        public static float Clamp(float value, float min, float max)
        {
            return value < min ? min : value > max ? max : value;
        }

        public static int Clamp(int value, int min, int max)
        {
            return value < min ? min : value > max ? max : value;
        }

        public static float Clamp01(float value) { return Clamp(value, 0.0f, 1.0f); }

        public static float Lerp(float a, float b, float t) { return a + (b - a) * Clamp01(t); }

        public static float InverseLerp(float a, float b, float value)
        {
            return a != b ? Clamp01((value - a) / (b - a)) : 0.0f;
        }

        public static float MoveTowards(float current, float target, float maxDelta)
        {
            if (Abs(target - current) <= maxDelta) return target;
            return current + Math.Sign(target - current) * maxDelta;
        }

        public static bool Approximately(float a, float b)
        {
            return Abs(b - a) < Max(1e-6f * Max(Abs(a), Abs(b)), float.Epsilon * 8.0f);
        }
    }
}
