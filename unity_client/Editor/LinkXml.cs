using System.IO;
using UnityEditor.Build;
using UnityEditor.Build.Reporting;
using UnityEditor.UnityLinker;

namespace Sonorama.Editor
{
    /// <summary>Hands the package's link.xml to builds: Unity itself looks for such files in Assets only.</summary>
    internal sealed class LinkXml : IUnityLinkerProcessor
    {
        private const string PathInProject = "Packages/com.sonorama.client/link.xml";

        public int callbackOrder
        {
            get { return 0; }
        }

        // Unity maps Packages/… to wherever the package lies.
        public string GenerateAdditionalLinkXmlFile(BuildReport report, UnityLinkerBuildPipelineData data)
        {
            return Path.GetFullPath(PathInProject);
        }
    }
}
