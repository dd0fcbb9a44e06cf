using Pipeline.Steps;

namespace Pipeline.Benchmarks.Steps;

/// <summary>A step that does nothing.</summary>
public sealed class EmptyStep : IStep<int, int>
{
    public ValueTask<int> ExecuteAsync(int input, StepContext context, CancellationToken cancellationToken) => ValueTask.FromResult(input);
}
