namespace Pipeline.Conformance;

/// <summary>Names the role whose promises an abstract class of facts holds backends to.</summary>
/// <param name="role">The role's interface, for instance <c>IQueueProvider</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ConformanceSuiteForAttribute(Type role) : Attribute
{
    /// <summary>The role's interface.</summary>
    public Type Role { get; } = role;
}
