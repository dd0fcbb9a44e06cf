using Pipeline.Backends;

namespace Pipeline.Conformance;

/// <summary>The faults that are to come in the calls of one role: what the test of an application writes, and a fault-injecting decorator reads.</summary>
/// <typeparam name="TCall">The enumeration of the role's calls.</typeparam>
/// <remarks>Thread safe. Faults of one call happen in the order in which they were asked for.</remarks>
public abstract class CallFaults<TCall>
    where TCall : struct, Enum
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TCall, Queue<Exception>> _before = [];
    private readonly Dictionary<TCall, Queue<Exception>> _after = [];
    private readonly Dictionary<TCall, CallGate> _gates = [];
    private readonly string _role;

    private protected CallFaults(string role) => _role = role;

    /// <summary>Lets the next calls fail before they take effect.</summary>
    /// <param name="call">Which.</param>
    /// <param name="times">How many of them, 1 or more.</param>
    /// <param name="exception">What they throw. Default: a <see cref="BackendUnavailableException"/>.</param>
    public void FailBefore(TCall call, int times = 1, Exception? exception = null) => Add(_before, call, times, exception);

    /// <summary>Lets the next calls take effect, and their answer be lost.</summary>
    /// <param name="call">Which.</param>
    /// <param name="times">How many of them, 1 or more.</param>
    /// <param name="exception">What they throw. Default: a <see cref="BackendUnavailableException"/>.</param>
    public void FailAfter(TCall call, int times = 1, Exception? exception = null) => Add(_after, call, times, exception);

    /// <summary>Holds calls up before they take effect.</summary>
    /// <param name="call">Which.</param>
    /// <returns>The gate at which they wait. It takes the place of one that was there before.</returns>
    public CallGate Hold(TCall call)
    {
        var gate = new CallGate();
        lock (_gate)
        {
            _gates[call] = gate;
        }

        return gate;
    }

    internal async ValueTask<T> RunAsync<T>(TCall call, Func<ValueTask<T>> inner, CancellationToken cancellationToken)
    {
        if (FindGate(call) is { } gate)
        {
            await gate.PassAsync(cancellationToken).ConfigureAwait(false);
        }

        Throw(_before, call);
        var result = await inner().ConfigureAwait(false);
        Throw(_after, call);
        return result;
    }

    private CallGate? FindGate(TCall call)
    {
        lock (_gate)
        {
            return _gates.GetValueOrDefault(call);
        }
    }

    private void Add(Dictionary<TCall, Queue<Exception>> faults, TCall call, int times, Exception? exception)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        lock (_gate)
        {
            if (!faults.TryGetValue(call, out var waiting))
            {
                faults.Add(call, waiting = new Queue<Exception>());
            }

            for (var i = 0; i < times; i++)
            {
                waiting.Enqueue(exception ?? new BackendUnavailableException($"The fault-injecting {_role}", $"{_role} {call}"));
            }
        }
    }

    private void Throw(Dictionary<TCall, Queue<Exception>> faults, TCall call)
    {
        Exception? fault;
        lock (_gate)
        {
            fault = faults.TryGetValue(call, out var waiting) && waiting.TryDequeue(out var next) ? next : null;
        }

        if (fault is not null)
        {
            throw fault;
        }
    }
}
