namespace Sonorama.Core
{
    /// <summary>The files of one scene, wherever they lie.</summary>
    public interface ISceneFiles
    {
        /// <summary>A file's bytes.</summary>
        /// <param name="path">Within the scene, with forward slashes.</param>
        /// <exception cref="SceneFileException">It isn't there, or can't be read.</exception>
        byte[] Read(string path);
    }
}
