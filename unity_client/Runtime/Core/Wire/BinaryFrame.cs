using System;
using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>A binary frame: what its header says, and where its payload lies in the bytes that hold it.</summary>
    public struct BinaryFrame
    {
        /// <summary>Largest header of a newer peer, bytes.</summary>
        public const int MaxHeaderBytes = 1024;

        /// <summary>Largest payload, bytes.</summary>
        public const int MaxPayloadBytes = 64 * 1024;

        /// <summary>One of <see cref="FrameKind"/>.</summary>
        public int Kind;

        /// <summary>One of <see cref="FrameCodec"/>.</summary>
        public int Codec;

        /// <summary>1 to 64.</summary>
        public int Channels;

        /// <summary>From clip_begin or live_started; at least 1.</summary>
        public uint StreamId;

        /// <summary>0 for the stream's first frame, then one more each.</summary>
        public uint Sequence;

        /// <summary>Of a clip_chunk its first byte within the clip, of a live_block its first sample.</summary>
        public ulong Position;

        /// <summary>8,000 to 192,000 Hz.</summary>
        public int SampleRateHz;

        /// <summary>Bits of <see cref="FrameFlag"/>.</summary>
        public int Flags;

        /// <summary>Server time in seconds when the first sample is due; 0 where that doesn't matter.</summary>
        public double TimeS;

        /// <summary>The bytes that the frame lies in; they may be used again once it has been handled.</summary>
        public ArraySegment<byte> Payload;

        /// <summary>
        /// Reads a frame without copying. Null where it is one; otherwise what's wrong with it, in a line.
        /// </summary>
        public static string Read(byte[] data, int length, out BinaryFrame frame)
        {
            frame = default(BinaryFrame);
            if (length < FrameHeader.HeaderBytes) return "it is shorter than its header";
            if (LittleEndian.UInt32(data, FrameHeader.MagicAt) != FrameHeader.Magic) return "it doesn't begin with SONO";
            if (data[FrameHeader.VersionAt] != FrameHeader.Version) return "its header is of an unknown version";
            var headerBytes = LittleEndian.UInt16(data, FrameHeader.HeaderBytesAt);
            if (headerBytes < FrameHeader.HeaderBytes || headerBytes > Math.Min(MaxHeaderBytes, length))
                return "its header's size is impossible";
            frame.Kind = data[FrameHeader.KindAt];
            frame.Codec = data[FrameHeader.CodecAt];
            frame.Channels = data[FrameHeader.ChannelsAt];
            frame.StreamId = LittleEndian.UInt32(data, FrameHeader.StreamIdAt);
            frame.Sequence = LittleEndian.UInt32(data, FrameHeader.SequenceAt);
            frame.Position = LittleEndian.UInt64(data, FrameHeader.PositionAt);
            var rateHz = LittleEndian.UInt32(data, FrameHeader.SampleRateHzAt);
            frame.Flags = LittleEndian.UInt16(data, FrameHeader.FlagsAt) & FrameFlag.Last;
            frame.TimeS = LittleEndian.Float64(data, FrameHeader.TimeSAt);
            frame.Payload = new ArraySegment<byte>(data, headerBytes, length - headerBytes);
            if (frame.Kind != FrameKind.ClipChunk && frame.Kind != FrameKind.LiveBlock) return "it is of an unknown kind";
            if (frame.Codec < FrameCodec.Pcm16 || frame.Codec > FrameCodec.Vorbis) return "its codec is unknown";
            if (frame.Channels < 1 || frame.Channels > 64) return "it has no channels, or too many";
            if (frame.StreamId == 0) return "it is of no stream";
            if (rateHz < 8000 || rateHz > 192000) return "its sample rate is impossible";
            frame.SampleRateHz = (int)rateHz;
            if (!(frame.TimeS >= 0.0 && frame.TimeS <= 1e12)) return "its time is impossible";
            if (frame.Payload.Count > MaxPayloadBytes) return "its payload is too large";
            if (frame.Kind != FrameKind.LiveBlock) return null;
            if (frame.Codec != FrameCodec.Pcm16 && frame.Codec != FrameCodec.Float32)
                return "a live block can't have this codec";
            var sampleBytes = (frame.Codec == FrameCodec.Pcm16 ? 2 : 4) * frame.Channels;
            return frame.Payload.Count % sampleBytes == 0 ? null : "it holds no whole number of samples";
        }

        /// <summary>The frame as it goes over the wire.</summary>
        public byte[] ToBytes()
        {
            var data = new byte[FrameHeader.HeaderBytes + Payload.Count];
            LittleEndian.Write(data, FrameHeader.MagicAt, (uint)FrameHeader.Magic, 4);
            data[FrameHeader.VersionAt] = FrameHeader.Version;
            data[FrameHeader.KindAt] = (byte)Kind;
            data[FrameHeader.CodecAt] = (byte)Codec;
            data[FrameHeader.ChannelsAt] = (byte)Channels;
            LittleEndian.Write(data, FrameHeader.StreamIdAt, StreamId, 4);
            LittleEndian.Write(data, FrameHeader.SequenceAt, Sequence, 4);
            LittleEndian.Write(data, FrameHeader.PositionAt, Position, 8);
            LittleEndian.Write(data, FrameHeader.SampleRateHzAt, (ulong)SampleRateHz, 4);
            LittleEndian.Write(data, FrameHeader.FlagsAt, (ulong)Flags, 2);
            LittleEndian.Write(data, FrameHeader.HeaderBytesAt, FrameHeader.HeaderBytes, 2);
            LittleEndian.Write(data, FrameHeader.TimeSAt, (ulong)BitConverter.DoubleToInt64Bits(TimeS), 8);
            if (Payload.Count > 0)
                Buffer.BlockCopy(Payload.Array, Payload.Offset, data, FrameHeader.HeaderBytes, Payload.Count);
            return data;
        }
    }
}
