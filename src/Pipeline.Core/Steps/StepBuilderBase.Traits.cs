namespace Pipeline.Steps;

/// <content>What the doctor is told of a step.</content>
public abstract partial class StepBuilderBase<TIn, TBuilder>
{
    /// <summary>What was asked for so far.</summary>
    internal StepTraits Traits => new(
        IsCached,
        StepVersion is not null,
        ModelSelector is not null,
        OwnPipeline is not null,
        _recall is not null || Learns,
        [.. _limits.Select(static limit => limit.Rule).OfType<RateLimiting.RateLimitRule>()],
        [.. _limits.Select(static limit => limit.RuleName).OfType<string>().Distinct(StringComparer.Ordinal)]);

    private protected abstract bool IsCached { get; }

    private protected virtual bool Learns => false;
}
