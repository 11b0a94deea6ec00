using UnityEngine;
#if ENABLE_INPUT_SYSTEM && SONORAMA_INPUT_SYSTEM
using UnityEngine.InputSystem;
#endif
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
#if ENABLE_INPUT_SYSTEM && SONORAMA_INPUT_SYSTEM

        // What the Input Manager's mouse axes make of a pixel, with the sensitivity that a new project has.
        private const float AxisPerPixel = 0.05f;
#endif

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
            Vector2 moved;
            if (!FollowMouse(out moved))
            {
                yawDeg += DegPerSecond * Time.deltaTime;
                return;
            }
            yawDeg += moved.x * mouseDeg;
            pitchDeg = Mathf.Clamp(pitchDeg - moved.y * mouseDeg, -85.0f, 85.0f);
        }

        /// <summary>Whether a mouse says how it moved, by whichever of Unity's two ways the project has switched
        /// on.</summary>
        private static bool FollowMouse(out Vector2 moved)
        {
#if ENABLE_INPUT_SYSTEM && SONORAMA_INPUT_SYSTEM
            var mouse = Mouse.current;
            var pixels = mouse == null ? new Vector2(0.0f, 0.0f) : mouse.delta.ReadValue();
            moved = new Vector2(pixels.x * AxisPerPixel, pixels.y * AxisPerPixel);
            return mouse != null;
#elif ENABLE_LEGACY_INPUT_MANAGER
            moved = new Vector2(Input.GetAxis("Mouse X"), Input.GetAxis("Mouse Y"));
            return true;
#else
            moved = new Vector2(0.0f, 0.0f);
            return false;
#endif
        }
    }
}
