using UnityEngine;

// The runner's engine, for tests that need one.
public static partial class Runner
{
    static partial void BeginEngine()
    {
        Player.Begin();
        Debug.Complaints.Clear();
    }

    static partial void NextFrame()
    {
        Player.Frame();
    }
}
