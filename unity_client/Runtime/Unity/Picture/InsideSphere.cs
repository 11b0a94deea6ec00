using UnityEngine;

namespace Sonorama.Unity
{
    /// <summary>A sphere that is seen from inside and wears an equirectangular picture: its middle is forward, azimuth
    /// grows to the left.</summary>
    public static class InsideSphere
    {
        private const int Columns = 96;
        private const int Rows = 48;

        /// <param name="radiusM">Metres.</param>
        public static Mesh Create(float radiusM)
        {
            var vertices = new Vector3[(Columns + 1) * (Rows + 1)];
            var uv = new Vector2[vertices.Length];
            var triangles = new int[Columns * Rows * 6];
            for (var row = 0; row <= Rows; row++)
            {
                for (var column = 0; column <= Columns; column++)
                {
                    // Pixels as PROTOCOL.md, section 7, has them; Unity counts v from below.
                    float u = (float)column / Columns, v = (float)row / Rows;
                    var index = row * (Columns + 1) + column;
                    vertices[index] = UnityFrame.FromPolar((0.5 - u) * 360.0, (v - 0.5) * 180.0, radiusM);
                    uv[index] = new Vector2(u, v);
                }
            }
            var at = 0;
            for (var row = 0; row < Rows; row++)
            {
                for (var column = 0; column < Columns; column++)
                {
                    // Clockwise as seen from inside.
                    int below = row * (Columns + 1) + column, above = below + Columns + 1;
                    triangles[at++] = below;
                    triangles[at++] = above;
                    triangles[at++] = above + 1;
                    triangles[at++] = below;
                    triangles[at++] = above + 1;
                    triangles[at++] = below + 1;
                }
            }
            return new Mesh { name = "Sonorama panorama", vertices = vertices, uv = uv, triangles = triangles };
        }
    }
}
