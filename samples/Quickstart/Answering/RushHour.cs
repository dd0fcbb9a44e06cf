using Pipeline.RateLimiting;
using Pipeline.Steps;

namespace Quickstart.Answering;

/// <summary>Two tenants ask at once: one more than its limit allows, one a single question.</summary>
internal sealed class RushHour(IStepRunner<Prompt, string> model)
{
    private const string Greedy = "acme";
    private const string Modest = "globex";

    public async Task<IReadOnlyList<TenantOutcome>> RunAsync(int questions, CancellationToken cancellationToken)
    {
        var greedy = Enumerable.Range(1, questions).Select(number => AskAsync(Greedy, number, cancellationToken));
        var outcomes = await Task.WhenAll([.. greedy, AskAsync(Modest, 1, cancellationToken)]);
        return [TenantOutcome.Of(Greedy, outcomes[..^1]), TenantOutcome.Of(Modest, outcomes[^1..])];
    }

    private async Task<RateLimitRejectedException?> AskAsync(string tenant, int number, CancellationToken cancellationToken)
    {
        try
        {
            await model.RunAsync(new Prompt($"Question {number} of {tenant}?", ["Nobody knows."]), new CallContext { Tenant = tenant }, cancellationToken);
            return null;
        }
        catch (RateLimitRejectedException rejection)
        {
            return rejection;
        }
    }
}
