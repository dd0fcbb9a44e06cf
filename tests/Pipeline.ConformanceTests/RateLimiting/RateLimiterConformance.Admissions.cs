using Pipeline.Conformance.RateLimiting.Admissions;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Conformance.RateLimiting;

public abstract partial class RateLimiterConformance
{
    [Theory(Timeout = TimeLimit * 5)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Many_callers_are_never_granted_more_than_a_rule_allows(int seed)
    {
        const int Rounds = 10;
        var (first, second) = await OpenTwiceAsync();
        var workload = new AdmissionWorkload(_store, [first, second], (ulong)seed);

        await workload.RunAsync(Rounds, Callers, _store.Repetitions / (Rounds * 2));

        var problems = AdmissionChecker.Check(workload.Admissions);
        Assert.True(problems.Count == 0, $"{problems.Count} rules were broken:\n{string.Join('\n', problems)}");

        // An attack that is never denied, or never granted, shows nothing.
        Assert.True(workload.Denials > workload.Admissions.Count / 10, "Nothing was denied.");
        Assert.Superset(Enum.GetValues<RateLimitRuleKind>().Skip(1).ToHashSet(), workload.Admissions.Select(one => one.Rule.Kind).ToHashSet());
    }
}
