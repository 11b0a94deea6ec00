namespace UnityEngine
{
    /// <summary>Texture.html</summary>
    public class Texture : Object
    {
        public int width { get; protected internal set; }

        public int height { get; protected internal set; }

        public TextureWrapMode wrapMode { get; set; }

        public TextureWrapMode wrapModeU { get; set; }

        public TextureWrapMode wrapModeV { get; set; }

        public FilterMode filterMode { get; set; }
    }

    /// <summary>Texture2D.html</summary>
    public sealed class Texture2D : Texture
    {
        public Texture2D(int width, int height)
        {
            this.width = width;
            this.height = height;
        }

        public Texture2D(int width, int height, TextureFormat textureFormat, bool mipChain) : this(width, height) { }
    }

    /// <summary>
    /// ImageConversion.html: reads the size of a PNG or of a JPEG, and nothing else of it; false for other bytes.
    /// </summary>
    public static class ImageConversion
    {
        public static bool LoadImage(this Texture2D tex, byte[] data)
        {
            return LoadImage(tex, data, false);
        }

        public static bool LoadImage(this Texture2D tex, byte[] data, bool markNonReadable)
        {
            Player.CheckThread();
            if (data.Length > 24 && data[0] == 0x89 && data[1] == 'P')
            {
                tex.width = (data[18] << 8) | data[19];
                tex.height = (data[22] << 8) | data[23];
                return true;
            }
            if (data.Length < 4 || data[0] != 0xFF || data[1] != 0xD8) return false;
            // ITU-T T.81, annex B: a segment's length follows its marker; a frame header says height and width.
            for (var at = 2; at + 8 < data.Length; at += 2 + ((data[at + 2] << 8) | data[at + 3]))
            {
                var isFrame = data[at + 1] >= 0xC0 && data[at + 1] <= 0xC2;
                if (!isFrame) continue;
                tex.height = (data[at + 5] << 8) | data[at + 6];
                tex.width = (data[at + 7] << 8) | data[at + 8];
                return true;
            }
            return false;
        }
    }

    /// <summary>TextureWrapMode.html</summary>
    public enum TextureWrapMode
    {
        Repeat, Clamp, Mirror, MirrorOnce,
    }

    /// <summary>FilterMode.html</summary>
    public enum FilterMode
    {
        Point, Bilinear, Trilinear,
    }

    /// <summary>TextureFormat.html</summary>
    public enum TextureFormat
    {
        RGB24 = 3, RGBA32 = 4,
    }
}
