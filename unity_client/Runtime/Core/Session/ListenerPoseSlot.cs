namespace Sonorama.Core
{
    /// <summary>The newest pose that the server hasn't been told: an older one that still waits is replaced.</summary>
    internal sealed class ListenerPoseSlot
    {
        private bool waits;
        private string sceneId;
        private Point3 positionM;
        private Rotation orientation;
        private double clientTimeS;
        private bool share;

        internal void Put(string scene, Point3 position, Rotation turn, double timeS, bool isShared)
        {
            sceneId = scene;
            positionM = position;
            orientation = turn.Normalized();
            clientTimeS = timeS;
            share = isShared;
            waits = true;
        }

        internal void Clear()
        {
            waits = false;
        }

        /// <summary>Writes a listener_pose without allocating; false where none waits.</summary>
        internal bool Write(long seq, FrameWriter into)
        {
            if (!waits) return false;
            waits = false;
            into.Raw("{\"type\":\"listener_pose\",\"seq\":").Number(seq).Raw(",\"scene_id\":").Text(sceneId);
            into.Raw(",\"position_m\":[").Number(positionM.X, 4).Raw(",").Number(positionM.Y, 4);
            into.Raw(",").Number(positionM.Z, 4).Raw("],\"orientation\":[").Number(orientation.X, 7);
            into.Raw(",").Number(orientation.Y, 7).Raw(",").Number(orientation.Z, 7).Raw(",").Number(orientation.W, 7);
            into.Raw("],\"client_time_s\":").Number(clientTimeS, 6);
            into.Raw(share ? ",\"share\":true}" : ",\"share\":false}");
            return true;
        }
    }
}
