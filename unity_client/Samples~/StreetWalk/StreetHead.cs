using UnityEngine;
#if SONORAMA_XR
using UnityEngine.XR;
#endif

namespace Sonorama.Samples
{
    /// <summary>Turns this transform as the head turns: a headset's, or one that a mouse turns, or one that goes round by
    /// itself.</summary>
    public sealed class StreetHead : MonoBehaviour
    {
        private const float DegPerSecond = 12.0f;

        [Tooltip("Degrees for each unit that the mouse moves.")]
        public float mouseDeg = 2.0f;

        private Quaternion ahead;
        private float yawDeg;
        private float pitchDeg;

        private void Awake()
        {
            ahead = transform.localRotation;
        }

        private void Update()
        {
            if (FollowHeadset()) return;
            Turn();
            transform.localRotation = ahead * Quaternion.Euler(pitchDeg, yawDeg, 0.0f);
        }

        /// <summary>Whether a headset says where the head is.</summary>
        private bool FollowHeadset()
        {
#if SONORAMA_XR
            var head = InputDevices.GetDeviceAtXRNode(XRNode.CenterEye);
            Quaternion turn;
            if (!head.isValid || !head.TryGetFeatureValue(CommonUsages.centerEyeRotation, out turn)) return false;
            transform.localRotation = ahead * turn;
            // A panorama is right from where it was taken: turning is followed, walking isn't.
            return true;
#else
            return false;
#endif
        }

        private void Turn()
        {
#if ENABLE_LEGACY_INPUT_MANAGER
            yawDeg += Input.GetAxis("Mouse X") * mouseDeg;
            pitchDeg = Mathf.Clamp(pitchDeg - Input.GetAxis("Mouse Y") * mouseDeg, -85.0f, 85.0f);
#else
            yawDeg += DegPerSecond * Time.deltaTime;
            pitchDeg = 0.0f;
#endif
        }
    }
}
