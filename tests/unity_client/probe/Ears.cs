using System;
using System.Diagnostics;
using System.Threading;
using Newtonsoft.Json.Linq;
using Sonorama.Core;

/// <summary>An audio thread: wants 1,024 samples every 1,024 / 48,000 s, and turns the head meanwhile.</summary>
public sealed class Ears
{
    private const int Frames = 1024;
    private const double RateHz = 48000.0;

    private readonly LiveBinaural live;
    private readonly StreamClient client;
    private readonly string scene;
    private readonly Thread thread;
    private volatile bool stopped;
    private int reads;
    private int silentReads;
    private double energy;

    public Ears(LiveBinaural live, StreamClient client, string scene)
    {
        this.live = live;
        this.client = client;
        this.scene = scene;
        thread = new Thread(Run) { Priority = ThreadPriority.Highest };
        thread.Start();
    }

    public JObject Stop()
    {
        stopped = true;
        thread.Join();
        live.Dispose();
        return new JObject
        {
            { "reads", reads }, { "silent_reads", silentReads }, { "energy", energy },
            { "underruns", live.Buffer.Underruns }, { "skipped", live.Buffer.SkippedFrames },
            { "lost", live.Buffer.LostFrames }, { "rate_hz", live.SampleRateHz },
        };
    }

    private void Run()
    {
        var heard = new float[2 * Frames];
        var watch = Stopwatch.StartNew();
        for (var due = 0L; !stopped; due++)
        {
            // A sound card's clock doesn't wait for a program that is late, and neither does this.
            var waitS = due * Frames / RateHz - watch.Elapsed.TotalSeconds;
            if (waitS > 0.0) Thread.Sleep((int)(1000.0 * waitS) + 1);
            client.SendPose(scene, new Point3(0.0, 0.0, 0.0), Coordinates.SceneFromYawPitchRoll(due % 360, 0.0, 0.0));
            live.Read(heard, 2, (int)RateHz);
            var sum = 0.0;
            foreach (var sample in heard) sum += sample * sample;
            // A stream begins while the server still reads its clips.
            if (energy == 0.0 && sum == 0.0) continue;
            reads++;
            if (sum == 0.0) silentReads++;
            energy += sum;
        }
    }
}
