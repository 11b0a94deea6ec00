using System;
using System.Diagnostics;
using System.Reflection;
using System.Threading;
using Newtonsoft.Json.Linq;
using UnityEngine;

/// <summary>The engine's audio thread: asks a component's OnAudioFilterRead for 1,024 samples when they are due.</summary>
public sealed class AudioThread
{
    private const int Frames = 1024;

    private readonly Action<float[], int> filter;
    private readonly int rateHz;
    private readonly Thread thread;
    private volatile bool stopped;
    private int reads;
    private int silentReads;
    private double energy;
    private string problem;

    public AudioThread(MonoBehaviour component, int rateHz)
    {
        const BindingFlags Own = BindingFlags.Instance | BindingFlags.NonPublic;
        var method = component.GetType().GetMethod("OnAudioFilterRead", Own);
        filter = (Action<float[], int>)Delegate.CreateDelegate(typeof(Action<float[], int>), component, method);
        this.rateHz = rateHz;
        thread = new Thread(Run) { Priority = System.Threading.ThreadPriority.Highest };
        thread.Start();
    }

    public JObject Stop()
    {
        stopped = true;
        thread.Join();
        return new JObject
        {
            { "reads", reads }, { "silent_reads", silentReads }, { "energy", energy }, { "problem", problem },
        };
    }

    private void Run()
    {
        var heard = new float[2 * Frames];
        var watch = Stopwatch.StartNew();
        try
        {
            for (var due = 0L; !stopped; due++)
            {
                var waitS = due * Frames / (double)rateHz - watch.Elapsed.TotalSeconds;
                if (waitS > 0.0) Thread.Sleep((int)(1000.0 * waitS) + 1);
                // What was there before is overwritten.
                heard[0] = float.NaN;
                filter(heard, 2);
                var sum = 0.0;
                foreach (var sample in heard) sum += sample * sample;
                if (energy == 0.0 && sum == 0.0) continue;
                reads++;
                if (sum == 0.0) silentReads++;
                energy += sum;
            }
        }
        catch (UnityException error)
        {
            problem = error.Message;
        }
    }
}
