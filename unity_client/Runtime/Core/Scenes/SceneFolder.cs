using System;
using System.IO;

namespace Sonorama.Core
{
    /// <summary>A scene as <c>sonorama generate</c> leaves it: a folder with scene.json and clips.</summary>
    public sealed class SceneFolder : ISceneFiles
    {
        private readonly string folder;

        public SceneFolder(string folder)
        {
            this.folder = folder;
        }

        public byte[] Read(string path)
        {
            try
            {
                return File.ReadAllBytes(Path.Combine(folder, path.Replace('/', Path.DirectorySeparatorChar)));
            }
            catch (Exception error) when (error is IOException || error is UnauthorizedAccessException)
            {
                throw new SceneFileException(string.Format("{0} can't be read from {1}", path, folder), error);
            }
        }
    }
}
