using System;
using System.Collections.Generic;
using System.Net;
using System.Security.Cryptography;
using System.Threading;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Sonorama.Core;
using Sonorama.Protocol;

/// <summary>A program around the core: does what lines of JSON tell it, and tells in lines of JSON what happens.</summary>
public static class Probe
{
    private static readonly Queue<JObject> Orders = new Queue<JObject>();
    private static StreamClient client;
    private static Ears ears;
    private static OscReceiver osc;
    private static OscSender oscSender;
    private static readonly AdmScene Adm = new AdmScene();
    private static bool ended;

    public static void Main()
    {
        new Thread(ReadOrders) { IsBackground = true }.Start();
        while (!ended)
        {
            for (var order = NextOrder(); order != null; order = NextOrder()) Obey(order);
            if (client != null) TellChanges();
            if (osc != null) TellOsc();
            Thread.Sleep(2);
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
        string scene = (string)order["scene"], source = (string)order["source"];
        switch ((string)order["do"])
        {
            case "start":
#if BROWSER
                client = new StreamClient(Settings(order), new NodeBrowser((string)order["host"], (string)order["library"]));
#else
                client = new StreamClient(Settings(order));
#endif
                client.Start();
                break;
            case "subscribe": client.Subscribe(scene); break;
            case "unsubscribe": client.Unsubscribe(scene); break;
            case "mute": client.Mute(scene, source, (bool)order["muted"]); break;
            case "play": client.Play(scene, source); break;
            case "stop": client.Stop(scene, source); break;
            case "set": client.Set(new SetSource { SceneId = scene, SourceId = source, GainDb = (double)order["gain_db"] }); break;
            case "load": Load(client.FindScene(scene).Find(source)); break;
            case "image": LoadImage(client.FindScene(scene)); break;
            case "pose": SendPose(scene, order); break;
            case "clock": TellClock(); break;
            case "sleep": Thread.Sleep((int)order["ms"]); break;
            case "live": ears = new Ears(client.StartLive(scene, (double)order["buffer_s"]), client, scene); break;
            case "heard": Say("heard", ears.Stop()); break;
            case "osc": Hear(order); break;
            case "osc_pose": SendOscPose(order); break;
            case "osc_scene": TellAdm(); break;
            case "leave": Leave(); break;
        }
    }

    private static ClientSettings Settings(JObject order)
    {
        var settings = new ClientSettings
        {
            Server = new Uri((string)order["server"]),
            Token = (string)order["token"],
            ClientName = "probe 1",
            CacheFolder = (string)order["cache"],
            FirstRetryS = 0.1,
            LongestRetryS = 0.5,
        };
        if (order["stream"] != null) settings.Delivery = ClipDelivery.Stream;
        if (order["connect_timeout_s"] != null) settings.ConnectTimeoutS = (double)order["connect_timeout_s"];
        return settings;
    }

    private static void TellChanges()
    {
        Change change;
        while (client.TryTake(out change))
        {
            var told = new JObject();
            if (change.Kind == ChangeKind.StateChanged) told["state"] = change.State.ToString();
            if (change.Text != null) told["text"] = change.Text;
            if (change.Scene != null) told["scene"] = change.Scene.Id;
            if (change.Message != null) told["message"] = JObject.FromObject(change.Message);
            var source = change.Source;
            if (source != null)
            {
                told["source"] = source.Id;
                told["azimuth_deg"] = source.AzimuthDeg;
                told["elevation_deg"] = source.ElevationDeg;
                told["distance_m"] = source.DistanceM;
                told["muted"] = source.Muted;
                told["gain_db"] = source.GainDb;
                told["playing_since_s"] = source.PlayingSinceS;
                told["sha256"] = source.Clip == null ? null : source.Clip.Sha256;
                if (source.Path != null) told["on_path_m"] = OnPath(source);
            }
            Say(change.Kind.ToString(), told);
        }
    }

    private static JToken OnPath(SceneSource source)
    {
        double serverTimeS, errorS;
        if (!client.TryGetServerTimeS(out serverTimeS, out errorS)) return null;
        var point = source.PositionAtM(serverTimeS);
        return new JArray(point.X, point.Y, point.Z, serverTimeS);
    }

    private static void Load(SceneSource source)
    {
        var id = source.Id;
        client.LoadClipAsync(source, CancellationToken.None).ContinueWith(task =>
        {
            var told = new JObject { { "source", id } };
            if (task.IsFaulted) told["problem"] = task.Exception.InnerException.GetType().Name + ": " + task.Exception.InnerException.Message;
            else if (task.IsCanceled) told["problem"] = "cancelled";
            else
            {
                var sound = task.Result;
                var bytes = new byte[4 * sound.Samples.Length];
                Buffer.BlockCopy(sound.Samples, 0, bytes, 0, bytes.Length);
                told["samples_sha256"] = Hash(bytes);
                told["channels"] = sound.Channels;
                told["rate_hz"] = sound.SampleRateHz;
            }
            Say("loaded", told);
        });
    }

    private static void LoadImage(SceneModel scene)
    {
        client.LoadImageAsync(scene, CancellationToken.None).ContinueWith(task => Say("image", new JObject
        {
            { "sha256", task.Status == System.Threading.Tasks.TaskStatus.RanToCompletion ? Hash(task.Result) : null },
        }));
    }

    private static string Hash(byte[] bytes)
    {
        using (var algorithm = new SHA256Managed())
            return BitConverter.ToString(algorithm.ComputeHash(bytes)).Replace("-", "").ToLowerInvariant();
    }

    private static void SendPose(string scene, JObject order)
    {
        var turn = Coordinates.SceneFromYawPitchRoll((double)order["yaw_deg"], 0.0, 0.0);
        client.SendPose(scene, new Point3(1.0, 2.0, 3.0), turn, true);
    }

    private static void TellClock()
    {
        double serverTimeS, errorS;
        var known = client.TryGetServerTimeS(out serverTimeS, out errorS);
        Say("clock", new JObject { { "known", known }, { "server_time_s", serverTimeS }, { "error_s", known ? errorS : -1.0 } });
    }

    private static void Hear(JObject order)
    {
        osc = new OscReceiver(IPAddress.Loopback, 0);
        if (order["to"] != null) oscSender = new OscSender(IPAddress.Loopback, (int)order["to"]);
        Say("osc", new JObject { { "port", osc.Port } });
    }

    private static void SendOscPose(JObject order)
    {
        var turn = Coordinates.SceneFromYawPitchRoll((double)order["yaw_deg"], (double)order["pitch_deg"], 0.0);
        var writer = new OscWriter();
        AdmListener.Write(writer, new Point3(0.0, 10.0, 5.0), turn, 100.0);
        oscSender.Send(writer);
    }

    private static void TellOsc()
    {
        OscPacket packet;
        while (osc.TryTake(out packet))
        {
            for (var index = 0; index < packet.Count; index++)
            {
                AdmObject changed;
                bool isGone;
                Adm.Apply(packet[index], out changed, out isGone);
                Say("osc_message", new JObject { { "address", packet[index].Address }, { "count", packet[index].Count } });
            }
        }
    }

    private static void TellAdm()
    {
        var objects = new JArray();
        foreach (var one in Adm.Objects) objects.Add(JObject.FromObject(one));
        Say("osc_scene", new JObject { { "scene", Adm.SceneId }, { "objects", objects }, { "refused", osc.Refused } });
    }

    private static void Leave()
    {
        var leaving = client.StopAsync();
        var inTime = leaving.Wait(5000);
        TellChanges();
        Say("left", new JObject { { "in_time", inTime } });
        ended = true;
    }

    private static void Say(string kind, JObject what)
    {
        what.AddFirst(new JProperty("kind", kind));
        lock (Orders) Console.Out.WriteLine(what.ToString(Formatting.None));
    }
}
