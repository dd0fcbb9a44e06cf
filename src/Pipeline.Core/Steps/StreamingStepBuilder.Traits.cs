namespace Pipeline.Steps;

/// <content>What the doctor is told of a streaming step.</content>
public sealed partial class StreamingStepBuilder<TIn, TItem>
{
    private protected override bool IsCached => _cache is not null;
}
