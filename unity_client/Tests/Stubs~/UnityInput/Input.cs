// The two ways to hear of a mouse, as far as the samples use them.
namespace UnityEngine
{
    /// <summary>Input.html, the Input Manager.</summary>
    public class Input
    {
        /// <summary>What the mouse's axes say; set by tests.</summary>
        public static Vector2 Moved { get; set; }

        public static float GetAxis(string axisName)
        {
            Player.CheckThread();
            switch (axisName)
            {
                case "Mouse X": return Moved.x;
                case "Mouse Y": return Moved.y;
                default: throw new System.ArgumentException("Input Axis " + axisName + " is not setup.");
            }
        }
    }
}

// Pages below https://docs.unity3d.com/Packages/com.unity.inputsystem@1.7/api/.
namespace UnityEngine.InputSystem
{
    using Controls;

    /// <summary>UnityEngine.InputSystem.Mouse.html; delta is its Pointer's.</summary>
    public class Mouse
    {
        /// <summary>Null where there is no mouse.</summary>
        public static Mouse current { get; set; }

        public DeltaControl delta { get; } = new DeltaControl();
    }
}

namespace UnityEngine.InputSystem.Controls
{
    /// <summary>UnityEngine.InputSystem.Controls.Vector2Control.html</summary>
    public class Vector2Control
    {
        /// <summary>Set by tests.</summary>
        public Vector2 Value { get; set; }

        public Vector2 ReadValue()
        {
            Player.CheckThread();
            return Value;
        }
    }

    /// <summary>UnityEngine.InputSystem.Controls.DeltaControl.html</summary>
    public class DeltaControl : Vector2Control { }
}
