using System;
using System.Collections.Generic;

namespace Sonorama.Core
{
    /// <summary>A scene that was read from files.</summary>
    public sealed class PlacedScene
    {
        /// <summary>How much louder than at the origin the loudest source may get before it's held: half the way towards
        /// it.</summary>
        private const double HeadroomDb = 6.0;

        private readonly ISceneFiles files;

        /// <summary>What tells it from all others.</summary>
        public string Id { get; internal set; }

        /// <summary>What people call it: the name of its folder or archive, or else its id.</summary>
        public string Name { get; internal set; }

        /// <summary>The picture's file within the scene.</summary>
        public string PicturePath { get; internal set; }

        /// <summary>Whether the picture is a panorama all around, not a photograph.</summary>
        public bool IsPanorama { get; internal set; }

        /// <summary>How much the picture shows from left to right, degrees.</summary>
        public double PictureHfovDeg { get; internal set; }

        /// <summary>The picture's width divided by its height.</summary>
        public double PictureAspect { get; internal set; }

        /// <summary>How high above the ground the picture was taken, which is the scene's origin. Metres.</summary>
        public double CameraHeightM { get; internal set; }

        /// <summary>In the scene's order.</summary>
        public IList<PlacedSource> Sources { get; internal set; }

        internal PlacedScene(ISceneFiles files)
        {
            this.files = files;
        }

        /// <summary>
        /// The level that a volume of 1 stands for, one for all sources, in dB SPL: <see cref="Levels.ReferenceDbSpl"/>,
        /// or more where a source arrives that loud. Engines take no volume above 1, and where one is held there it's too
        /// quiet beside the others.
        /// </summary>
        public double ReferenceDbSpl
        {
            get
            {
                var reference = Levels.ReferenceDbSpl;
                foreach (var source in Sources) reference = Math.Max(reference, source.ReceivedDbSpl + HeadroomDb);
                return reference;
            }
        }

        /// <summary>A source's clip: a WAV file that <see cref="WavReader"/> reads.</summary>
        /// <exception cref="SceneFileException">It's missing, or isn't what the scene was made with.</exception>
        public byte[] ReadClip(PlacedSource source)
        {
            var bytes = files.Read(source.ClipPath);
            if (ContentHash.Of(bytes, 0, bytes.Length) != source.ClipSha256)
                throw new SceneFileException(source.ClipPath + " isn't what the scene was made with");
            try
            {
                WavReader.Read(bytes, bytes.Length);
            }
            catch (ClipException error)
            {
                throw new SceneFileException(source.ClipPath + ": " + error.Message, error);
            }
            return bytes;
        }

        /// <summary>The picture's file, a JPEG or a PNG.</summary>
        /// <exception cref="SceneFileException">It's missing.</exception>
        public byte[] ReadPicture()
        {
            return files.Read(PicturePath);
        }
    }
}
