using Xunit;

namespace Pipeline.TestSupport;

/// <summary>Tests that keep the processors busy: they run by themselves, after those that must not be late.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
