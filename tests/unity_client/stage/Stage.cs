using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Sonorama.Core;
using Sonorama.Unity;
using UnityEngine;
using Debug = UnityEngine.Debug;

/// <summary>A Unity scene with the package's components on the engine's stand-in: does what lines of JSON tell it, and
/// tells in lines of JSON what happens and how things are.</summary>
public static class Stage
{
    private const int FrameMs = 8;

    private static readonly Queue<JObject> Orders = new Queue<JObject>();
    private static GameObject host;
    private static GameObject head;
    private static SonoramaClient client;
    private static SonoramaLiveBinaural ears;
    private static AudioThread sound;
    private static bool ended;

    public static void Main()
    {
        Player.Begin();
        new Thread(ReadOrders) { IsBackground = true }.Start();
        var watch = Stopwatch.StartNew();
        var beforeS = 0.0;
        while (!ended)
        {
            for (var order = NextOrder(); order != null; order = NextOrder()) Obey(order);
            var nowS = watch.Elapsed.TotalSeconds;
            Player.Frame((float)(nowS - beforeS));
            beforeS = nowS;
            Thread.Sleep(FrameMs);
        }
    }

    private static void ReadOrders()
    {
        for (var line = Console.In.ReadLine(); line != null; line = Console.In.ReadLine())
            lock (Orders) Orders.Enqueue(JObject.Parse(line));
        ended = true;
    }

    private static JObject NextOrder()
    {
        lock (Orders) return Orders.Count == 0 ? null : Orders.Dequeue();
    }

    private static void Obey(JObject order)
    {
        switch ((string)order["do"])
        {
            case "start": Begin(order); break;
            case "look": Look(); break;
            case "turn": head.transform.rotation = Quaternion.Euler(0.0f, (float)order["right_deg"], 0.0f); break;
            case "walk": head.transform.position = new Vector3(0.0f, 0.0f, (float)order["ahead_m"]); break;
            case "scale": host.transform.localScale = (float)order["by"] * Vector3.one; break;
            case "come": client.MoveToListener(); break;
            case "mute": client.Mute(client.Find((string)order["source"]), (bool)order["muted"]); break;
            case "listen": head.AddComponent<SonoramaListener>().Share = true; break;
            case "picture": host.AddComponent<SonoramaPanorama>(); break;
            case "live": Listen(order); break;
            case "heard": Say("heard", sound.Stop()); break;
            case "leave": Player.End(); Player.Begin(); break;
            case "device": Player.ChangeDevice((int)order["rate_hz"]); break;
            case "disable": client.enabled = false; break;
            case "enable": client.enabled = true; break;
        }
    }

    private static void Begin(JObject order)
    {
        head = new GameObject("head");
        head.transform.position = new Vector3(0.0f, 0.0f, (float?)order["ahead_m"] ?? 0.0f);
        head.AddComponent<AudioListener>();
        host = new GameObject("scene");
        // Settings come before it is enabled.
        host.SetActive(false);
        client = host.AddComponent<SonoramaClient>();
        client.ServerUrl = (string)order["server"];
        client.SceneId = (string)order["scene"];
        client.Token = (string)order["token"];
        client.StateChanged += (state, text) => Say("state", new JObject { { "state", state.ToString() }, { "text", text } });
        client.SourceAdded += source => Say("added", new JObject { { "source", source.State.Id } });
        client.SourceRemoved += source => Say("removed", new JObject { { "source", source.State.Id } });
        client.SceneReady.AddListener(() => Say("ready", new JObject()));
        host.SetActive(true);
    }

    private static void Look()
    {
        var sources = new JObject();
        foreach (var source in client.Sources.ToList()) sources[source.State.Id] = Told(source);
        var panorama = host.GetComponent<SonoramaPanorama>();
        var picture = panorama == null ? null : panorama.Texture;
        JArray complaints;
        lock (Debug.Complaints) complaints = new JArray(Debug.Complaints.ToArray());
        Say("seen", new JObject
        {
            { "sources", sources }, { "children", host.transform.childCount }, { "state", client.State.ToString() },
            { "problem", client.Problem }, { "complaints", complaints },
            { "live", ears != null && ears.IsPlaying },
            { "fed", ears != null && Player.IsFed(ears.GetComponent<AudioSource>()) }, { "underruns", ears == null ? 0 : ears.Underruns },
            { "picture", picture == null ? null : new JArray(picture.width, picture.height) },
        });
    }

    private static JObject Told(SonoramaSource source)
    {
        var place = source.transform.localPosition;
        var emitters = new JArray();
        foreach (var audio in source.AudioSources)
        {
            emitters.Add(new JObject
            {
                { "playing", audio.isPlaying }, { "volume", audio.volume }, { "samples_sha256", Hash(audio.clip) },
                { "time_s", audio.clip == null ? 0.0 : audio.timeSamples / (double)audio.clip.frequency },
            });
        }
        return new JObject
        {
            { "position", new JArray(place.x, place.y, place.z) }, { "emitters", emitters },
            { "distance_m", source.DistanceM }, { "should_be_at_s", source.State.ClipTimeS(client.ServerTimeS) },
        };
    }

    private static string Hash(AudioClip clip)
    {
        if (clip == null) return null;
        var samples = new float[clip.samples * clip.channels];
        clip.GetData(samples, 0);
        var bytes = new byte[4 * samples.Length];
        Buffer.BlockCopy(samples, 0, bytes, 0, bytes.Length);
        using (var algorithm = new SHA256Managed())
            return BitConverter.ToString(algorithm.ComputeHash(bytes)).Replace("-", "").ToLowerInvariant();
    }

    private static void Listen(JObject order)
    {
        AudioSettings.outputSampleRate = (int)order["rate_hz"];
        ears = new GameObject("ears").AddComponent<SonoramaLiveBinaural>();
        ears.BufferS = (float)order["buffer_s"];
        sound = new AudioThread(ears, (int)order["rate_hz"]);
    }

    private static void Say(string kind, JObject what)
    {
        what.AddFirst(new JProperty("kind", kind));
        Console.Out.WriteLine(what.ToString(Formatting.None));
    }
}
