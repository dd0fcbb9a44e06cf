namespace Pipeline.TestSupport.Proxying;

/// <summary>Holds up commands before the server gets them, and what follows them on their connections. Disposing lets them pass.</summary>
public sealed class CommandHold<TCommand> : IDisposable
    where TCommand : class
{
    private readonly TaskCompletionSource<TCommand> _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<TCommand, bool> _match;
    private readonly Action<CommandHold<TCommand>> _remove;
    private int _held;

    internal CommandHold(Func<TCommand, bool> match, Action<CommandHold<TCommand>> remove)
    {
        _match = match;
        _remove = remove;
    }

    /// <summary>Gets a task that ends, with the command, when the first one is held.</summary>
    public Task<TCommand> Reached => _reached.Task;

    /// <summary>Gets how many connections have come to a command that is or was held.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Lets everything pass that is held, and holds nothing more.</summary>
    public void Release()
    {
        _remove(this);
        _released.TrySetResult();
    }

    public void Dispose() => Release();

    internal bool Holds(TCommand command) => _match(command);

    internal Task PassAsync(TCommand command)
    {
        Interlocked.Increment(ref _held);
        _reached.TrySetResult(command);
        return _released.Task;
    }
}
