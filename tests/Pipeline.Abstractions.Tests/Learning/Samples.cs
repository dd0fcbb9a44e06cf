using Pipeline.Learning;

namespace Pipeline.Abstractions.Tests.Learning;

internal static class Samples
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static LearningRecord Record { get; } = new()
    {
        Tenant = "acme",
        RunId = "run-1",
        Step = "answer",
        Finding = "The call timed out.",
        Created = Noon,
    };
}
