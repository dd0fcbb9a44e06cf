using System.Threading.Channels;

namespace Pipeline.Caching;

/// <summary>Makes the values 1, 2, 3 and so on, at once or when the test says so.</summary>
internal sealed class Factory(bool isHeld = false)
{
    private readonly List<TaskCompletionSource<string>> _runs = [];
    private readonly List<CancellationToken> _tokens = [];
    private readonly Channel<int> _started = Channel.CreateUnbounded<int>();
    private int _awaited;

    public int Runs
    {
        get
        {
            lock (_runs)
            {
                return _runs.Count;
            }
        }
    }

    public ValueTask<string> MakeAsync(CancellationToken cancellationToken)
    {
        var run = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        int number;
        lock (_runs)
        {
            _runs.Add(run);
            _tokens.Add(cancellationToken);
            number = _runs.Count;
        }

        if (!isHeld)
        {
            run.SetResult($"{number}");
        }

        _started.Writer.TryWrite(number);
        return new(run.Task);
    }

    /// <summary>Waits until as many runs have begun.</summary>
    public async Task StartedAsync(int count = 1)
    {
        for (; _awaited < count; _awaited++)
        {
            await _started.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    public CancellationToken TokenOf(int run)
    {
        lock (_runs)
        {
            return _tokens[run - 1];
        }
    }

    public void Finish(int run = 1) => Of(run).SetResult($"{run}");

    public void Fail(int run = 1, Exception? exception = null) => Of(run).SetException(exception ?? new InvalidDataException("no value"));

    private TaskCompletionSource<string> Of(int run)
    {
        lock (_runs)
        {
            return _runs[run - 1];
        }
    }
}
