namespace Pipeline.Backends;

/// <summary>
/// Sends notifications of one topic: one statement at a time, with all that has come in the meantime, each payload once. A transaction that notifies holds up
/// every other that does until its commit is done: so none does that has something to keep, and there are few of them. Thread safe.
/// </summary>
internal sealed class PostgresNotifier(PostgresConnection connection, string channel)
{
    private readonly Lock _gate = new();
    private HashSet<string> _waiting = new(StringComparer.Ordinal);
    private Task? _sending;
    private Task? _next;

    /// <summary>Ends when all that was told before has been sent, or could not be.</summary>
    public Task FlushAsync()
    {
        lock (_gate)
        {
            return _next ?? _sending ?? Task.CompletedTask;
        }
    }

    /// <summary>Notifies. The task ends when a statement that was begun after the call has been carried out; it fails as that does.</summary>
    public Task NotifyAsync(string payload)
    {
        lock (_gate)
        {
            _waiting.Add(payload);
            if (_sending is null)
            {
                return _sending = SendAsync();
            }

            return _next ??= SendNextAsync(_sending);
        }
    }

    private async Task SendNextAsync(Task former)
    {
        await former.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task sending;
        lock (_gate)
        {
            _next = null;
            sending = _sending = SendAsync();
        }

        await sending.ConfigureAwait(false);
    }

    private async Task SendAsync()
    {
        await Task.Yield();
        HashSet<string> payloads;
        lock (_gate)
        {
            (payloads, _waiting) = (_waiting, new HashSet<string>(StringComparer.Ordinal));
        }

        try
        {
            await connection.ExecuteAsync(
                "notify", connection.Sql["Backends/notify.sql"], (channel, payloads), static (parameters, call) => parameters.Text(call.channel).Texts([.. call.payloads])).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                if (_next is null)
                {
                    _sending = null;
                }
            }
        }
    }
}
