namespace Pipeline.Steps;

/// <content>What the doctor is told of a step.</content>
public sealed partial class StepBuilder<TIn, TOut>
{
    private protected override bool IsCached => _cache is not null;

    private protected override bool Learns => _finding is not null;
}
