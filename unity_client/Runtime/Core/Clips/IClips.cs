using System.Threading;
using System.Threading.Tasks;
using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>Clips and other files of one server.</summary>
    internal interface IClips
    {
        /// <summary>A clip, checked and decoded. The task fails with a ClipException, or is cancelled.</summary>
        Task<ClipSound> LoadAsync(string sceneId, string sourceId, ClipReference clip, CancellationToken token);

        /// <summary>The bytes of a file by its path on the server.</summary>
        Task<byte[]> LoadFileAsync(string path, CancellationToken token);

        /// <summary>Once a frame, for what has no thread of its own.</summary>
        void Step();
    }
}
