// The built-in XR module, as far as the samples use it; pages below
// https://docs.unity3d.com/2022.3/Documentation/ScriptReference/.
namespace UnityEngine.XR
{
    /// <summary>XR.XRNode.html</summary>
    public enum XRNode
    {
        LeftEye, RightEye, CenterEye, Head,
    }

    /// <summary>XR.InputFeatureUsage_1.html</summary>
    public struct InputFeatureUsage<T>
    {
        public InputFeatureUsage(string usageName) : this()
        {
            name = usageName;
        }

        public string name { get; set; }
    }

    /// <summary>XR.CommonUsages.html</summary>
    public static class CommonUsages
    {
        public static InputFeatureUsage<Quaternion> centerEyeRotation =
            new InputFeatureUsage<Quaternion>("CenterEyeRotation");
    }

    /// <summary>XR.InputDevice.html</summary>
    public struct InputDevice
    {
        public bool isValid { get { return InputDevices.HeadTurn != null; } }

        public bool TryGetFeatureValue(InputFeatureUsage<Quaternion> usage, out Quaternion value)
        {
            value = InputDevices.HeadTurn ?? Quaternion.identity;
            return InputDevices.HeadTurn != null && usage.name == "CenterEyeRotation";
        }
    }

    /// <summary>XR.InputDevices.html</summary>
    public class InputDevices
    {
        /// <summary>Set by tests: how a headset is turned; null where there is none.</summary>
        public static Quaternion? HeadTurn;

        public static InputDevice GetDeviceAtXRNode(XRNode node)
        {
            return new InputDevice();
        }
    }
}
