using System;

namespace UnityEngine.TestTools
{
    /// <summary>
    /// A test that returns an IEnumerator and is given a frame at each of its steps:
    /// https://docs.unity3d.com/Packages/com.unity.test-framework@1.1/manual/reference-attribute-unitytest.html
    /// </summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class UnityTestAttribute : Attribute { }
}
