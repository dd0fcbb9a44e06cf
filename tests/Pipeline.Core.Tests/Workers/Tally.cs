namespace Pipeline.Workers;

/// <summary>Counts what happens, and lets a test wait for the n-th time.</summary>
internal sealed class Tally
{
    private readonly Lock _gate = new();
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];
    private int _count;
    private int _present;
    private int _mostPresent;

    public int Count => Read(ref _count);

    /// <summary>The most that had entered and not left at one time.</summary>
    public int MostPresent => Read(ref _mostPresent);

    public int Enter()
    {
        lock (_gate)
        {
            _count++;
            _mostPresent = Math.Max(_mostPresent, ++_present);
            _waiting.RemoveAll(waiter => waiter.Count <= _count && waiter.Reached.TrySetResult());
            return _count;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            _present--;
        }
    }

    public Task ReachedAsync(int count)
    {
        lock (_gate)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_count >= count)
            {
                reached.SetResult();
            }
            else
            {
                _waiting.Add((count, reached));
            }

            return reached.Task;
        }
    }

    private int Read(ref int value)
    {
        lock (_gate)
        {
            return value;
        }
    }
}
