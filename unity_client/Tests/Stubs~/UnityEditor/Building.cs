namespace UnityEditor.Build
{
    /// <summary>Build.IOrderedCallback.html</summary>
    public interface IOrderedCallback
    {
        int callbackOrder { get; }
    }

    /// <summary>Build.IUnityLinkerProcessor.html</summary>
    public interface IUnityLinkerProcessor : IOrderedCallback
    {
        string GenerateAdditionalLinkXmlFile(Reporting.BuildReport report, UnityLinker.UnityLinkerBuildPipelineData data);
    }
}

namespace UnityEditor.Build.Reporting
{
    /// <summary>Build.Reporting.BuildReport.html</summary>
    public sealed class BuildReport : UnityEngine.Object { }
}

namespace UnityEditor.UnityLinker
{
    /// <summary>UnityLinker.UnityLinkerBuildPipelineData.html</summary>
    public sealed class UnityLinkerBuildPipelineData { }
}
