namespace UnityEngine
{
    /// <summary>Color.html</summary>
    public struct Color
    {
        public float r;
        public float g;
        public float b;
        public float a;

        public Color(float r, float g, float b, float a)
        {
            this.r = r;
            this.g = g;
            this.b = b;
            this.a = a;
        }

        public Color(float r, float g, float b) : this(r, g, b, 1.0f) { }

        public static Color white { get { return new Color(1, 1, 1); } }

        public static Color black { get { return new Color(0, 0, 0); } }

        public static Color green { get { return new Color(0, 1, 0); } }

        public static Color red { get { return new Color(1, 0, 0); } }

        public static Color yellow { get { return new Color(1, 0.92f, 0.016f); } }

        public static Color cyan { get { return new Color(0, 1, 1); } }

        public static Color gray { get { return new Color(0.5f, 0.5f, 0.5f); } }

        public static Color Lerp(Color a, Color b, float t)
        {
            t = Mathf.Clamp01(t);
            return new Color(a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t, a.a + (b.a - a.a) * t);
        }
    }

    /// <summary>Rect.html</summary>
    public struct Rect
    {
        public Rect(float x, float y, float width, float height) : this()
        {
            this.x = x;
            this.y = y;
            this.width = width;
            this.height = height;
        }

        public float x { get; set; }

        public float y { get; set; }

        public float width { get; set; }

        public float height { get; set; }
    }
}
