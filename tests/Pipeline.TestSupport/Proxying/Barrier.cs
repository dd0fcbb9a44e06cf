namespace Pipeline.TestSupport.Proxying;

/// <summary>A barrier that is open or closed; who comes while it is closed waits.</summary>
public sealed class Barrier
{
    private volatile TaskCompletionSource _opened = Completed();

    /// <summary>Gets a task that ends when the barrier is open.</summary>
    public Task Opened => _opened.Task;

    public void Set(bool isOpen)
    {
        if (isOpen)
            _opened.TrySetResult();
        else if (_opened.Task.IsCompleted)
            _opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static TaskCompletionSource Completed()
    {
        var completed = new TaskCompletionSource();
        completed.SetResult();
        return completed;
    }
}
