using Xunit.Sdk;

namespace Pipeline.Conformance;

/// <summary>Says what a backend did wrong. The runner adds the seed and the operations.</summary>
internal static class Ensure
{
    public static void That(bool condition, string problem)
    {
        if (!condition)
        {
            throw new XunitException(problem);
        }
    }
}
