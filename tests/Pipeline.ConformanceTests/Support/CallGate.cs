namespace Pipeline.Conformance;

/// <summary>Holds calls up until the test opens it.</summary>
/// <remarks>Thread safe.</remarks>
public sealed class CallGate
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when a call has come to the gate.</summary>
    public Task Reached => _reached.Task;

    /// <summary>Lets the calls at the gate, and all later ones, pass.</summary>
    public void Open() => _open.TrySetResult();

    internal Task PassAsync(CancellationToken cancellationToken)
    {
        _reached.TrySetResult();
        return _open.Task.WaitAsync(cancellationToken);
    }
}
