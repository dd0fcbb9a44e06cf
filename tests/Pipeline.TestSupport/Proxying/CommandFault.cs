namespace Pipeline.TestSupport.Proxying;

/// <summary>A fault that befalls one command to come. Disposing takes it back if it has not happened.</summary>
public sealed class CommandFault<TCommand> : IDisposable
    where TCommand : class
{
    private readonly TaskCompletionSource<TCommand> _happened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<TCommand, bool> _match;
    private readonly Action<CommandFault<TCommand>> _remove;
    private int _remaining;

    internal CommandFault(FaultAction action, Func<TCommand, bool> match, int occurrence, Action<CommandFault<TCommand>> remove)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(occurrence);
        Action = action;
        _match = match;
        _remaining = occurrence;
        _remove = remove;
    }

    /// <summary>Gets a task that ends, with the command, when the fault has happened.</summary>
    public Task<TCommand> Happened => _happened.Task;

    /// <summary>Gets if the server never gets the command.</summary>
    public bool IsBefore => Action is FaultAction.CutBefore or FaultAction.LoseRequest;

    internal FaultAction Action { get; }

    public void Dispose() => _remove(this);

    /// <summary>Says if this command is the one.</summary>
    internal bool Takes(TCommand command) => _match(command) && Interlocked.Decrement(ref _remaining) == 0;

    internal void Happen(TCommand command) => _happened.TrySetResult(command);
}
