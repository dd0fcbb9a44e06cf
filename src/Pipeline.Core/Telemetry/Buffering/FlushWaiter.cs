namespace Pipeline.Telemetry;

/// <summary>A call that waits until the records that came before it are written.</summary>
/// <param name="Accounting">The number of the first accounting record in memory that it does not wait for.</param>
/// <param name="Diagnostic">The same of the diagnostic records.</param>
/// <param name="Spilled">The same of the records on disk.</param>
internal sealed record FlushWaiter(long Accounting, long Diagnostic, long Spilled)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Done => _done.Task;

    public void Complete() => _done.TrySetResult();
}
