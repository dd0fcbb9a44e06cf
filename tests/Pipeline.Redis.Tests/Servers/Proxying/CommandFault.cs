namespace Pipeline.Redis.Servers.Proxying;

/// <summary>A fault that befalls one command to come. Disposing takes it back if it has not happened.</summary>
public sealed class CommandFault : IDisposable
{
    private readonly TaskCompletionSource<RedisCommand> _happened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<RedisCommand, bool> _match;
    private readonly Action<CommandFault> _remove;
    private int _remaining;

    internal CommandFault(FaultAction action, Func<RedisCommand, bool> match, int occurrence, Action<CommandFault> remove)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(occurrence);
        Action = action;
        _match = match;
        _remaining = occurrence;
        _remove = remove;
    }

    /// <summary>Gets a task that ends, with the command, when the fault has happened.</summary>
    public Task<RedisCommand> Happened => _happened.Task;

    internal FaultAction Action { get; }

    public void Dispose() => _remove(this);

    /// <summary>Says if this command is the one.</summary>
    internal bool Takes(RedisCommand command) => _match(command) && Interlocked.Decrement(ref _remaining) == 0;

    internal void Happen(RedisCommand command) => _happened.TrySetResult(command);
}
