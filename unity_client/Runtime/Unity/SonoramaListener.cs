using UnityEngine;

namespace Sonorama.Unity
{
    /// <summary>
    /// Tells the server where this transform is: put it on the head, beside the AudioListener. The server needs it to
    /// render live sound, and to show other listeners who is where.
    /// </summary>
    [DisallowMultipleComponent]
    [AddComponentMenu("Sonorama/Sonorama Listener")]
    public sealed class SonoramaListener : MonoBehaviour
    {
        [Tooltip("Empty: the first one that is found.")]
        [SerializeField] private SonoramaClient client;

        [Tooltip("So many poses a second, at most one a frame.")]
        [Range(1.0f, 120.0f)]
        [SerializeField] private float rateHz = 60.0f;

        [Tooltip("Whether the other listeners of the scene are told.")]
        [SerializeField] private bool share;

        private double dueAtS;
        private ClientSearch search;

        /// <summary>Whose server is told.</summary>
        public SonoramaClient Client
        {
            get { return client; }
            set { client = value; }
        }

        /// <summary>So many poses a second, 1 to 120, at most one a frame.</summary>
        public float RateHz
        {
            get { return rateHz; }
            set { rateHz = Mathf.Clamp(value, 1.0f, 120.0f); }
        }

        /// <summary>Whether the other listeners of the scene are told.</summary>
        public bool Share
        {
            get { return share; }
            set { share = value; }
        }

        private void OnEnable()
        {
            if (!search.Find(ref client))
                Debug.LogWarning("Sonorama: there is no Sonorama Client that could tell where the listener is", this);
            dueAtS = 0.0;
        }

        // Heads are tracked in Update.
        private void LateUpdate()
        {
            if (!search.Find(ref client) || client.Stream == null) return;
            var nowS = Time.unscaledTimeAsDouble;
            // Half a frame's grace, or a rate of 60 at 60 frames a second would lose every other pose to rounding.
            if (nowS < dueAtS - 0.5 * Time.unscaledDeltaTime) return;
            dueAtS = nowS - dueAtS > 1.0 ? nowS : dueAtS;
            dueAtS += 1.0 / rateHz;
            var origin = client.transform;
            var position = origin.InverseTransformPoint(transform.position);
            var turn = Quaternion.Inverse(origin.rotation) * transform.rotation;
            client.Stream.SendPose(client.Scene.Id, UnityFrame.ToScene(position), UnityFrame.ToScene(turn), share);
        }
    }
}
