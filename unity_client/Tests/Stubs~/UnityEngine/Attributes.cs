using System;

namespace UnityEngine
{
    /// <summary>DefaultExecutionOrder.html; the stand-in runs components in the order of their birth, those with a lower
    /// number first.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class DefaultExecutionOrder : Attribute
    {
        public DefaultExecutionOrder(int order)
        {
            this.order = order;
        }

        public int order { get; private set; }
    }

    /// <summary>ContextMenu.html</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class ContextMenu : Attribute
    {
        public ContextMenu(string itemName) { }
    }

    /// <summary>SerializeField.html</summary>
    [AttributeUsage(AttributeTargets.Field)]
    public sealed class SerializeField : Attribute { }

    /// <summary>HideInInspector.html</summary>
    [AttributeUsage(AttributeTargets.Field)]
    public sealed class HideInInspector : Attribute { }

    /// <summary>PropertyAttribute.html</summary>
    public abstract class PropertyAttribute : Attribute { }

    /// <summary>TooltipAttribute.html</summary>
    public sealed class TooltipAttribute : PropertyAttribute
    {
        public readonly string tooltip;

        public TooltipAttribute(string tooltip)
        {
            this.tooltip = tooltip;
        }
    }

    /// <summary>HeaderAttribute.html</summary>
    public sealed class HeaderAttribute : PropertyAttribute
    {
        public readonly string header;

        public HeaderAttribute(string header)
        {
            this.header = header;
        }
    }

    /// <summary>RangeAttribute.html</summary>
    public sealed class RangeAttribute : PropertyAttribute
    {
        public readonly float min;
        public readonly float max;

        public RangeAttribute(float min, float max)
        {
            this.min = min;
            this.max = max;
        }
    }

    /// <summary>MinAttribute.html</summary>
    public sealed class MinAttribute : PropertyAttribute
    {
        public readonly float min;

        public MinAttribute(float min)
        {
            this.min = min;
        }
    }

    /// <summary>RequireComponent.html</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
    public sealed class RequireComponent : Attribute
    {
        internal readonly Type Type;

        public RequireComponent(Type requiredComponent)
        {
            Type = requiredComponent;
        }
    }

    /// <summary>DisallowMultipleComponent.html</summary>
    public sealed class DisallowMultipleComponent : Attribute { }

    /// <summary>ExecuteAlways.html</summary>
    public sealed class ExecuteAlways : Attribute { }

    /// <summary>AddComponentMenu.html</summary>
    public sealed class AddComponentMenu : Attribute
    {
        public AddComponentMenu(string menuName)
        {
            componentMenu = menuName;
        }

        public string componentMenu { get; private set; }
    }

    /// <summary>HelpURLAttribute.html</summary>
    public sealed class HelpURLAttribute : Attribute
    {
        public HelpURLAttribute(string url)
        {
            URL = url;
        }

        public string URL { get; private set; }
    }
}
