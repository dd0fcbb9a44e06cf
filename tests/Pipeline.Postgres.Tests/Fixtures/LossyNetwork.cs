using System.Net;
using Pipeline.Conformance;
using Pipeline.Postgres.Servers.Proxying;

namespace Pipeline.Postgres.Fixtures;

/// <summary>A network that cuts connections, before a statement reaches the server or after it ran, again and again until it is disposed.</summary>
internal sealed class LossyNetwork : IAsyncDisposable
{
    private readonly PostgresProxy _proxy;
    private readonly Func<PostgresStatement, bool> _match;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _trouble;

    private LossyNetwork(PostgresProxy proxy, Func<PostgresStatement, bool> match, ulong seed)
    {
        _proxy = proxy;
        _match = match;
        _trouble = MakeTroubleAsync(new SeededRandom(seed));
    }

    public IPEndPoint EndPoint => _proxy.EndPoint;

    /// <summary>How many statements were cut so far.</summary>
    public int Faults { get; private set; }

    /// <summary>Begins to make trouble.</summary>
    /// <param name="server">Where the server is.</param>
    /// <param name="part">What the statements have in them that are cut.</param>
    /// <param name="seed">Decides which ones, and how.</param>
    public static LossyNetwork Start(IPEndPoint server, string part, ulong seed) => new(PostgresProxy.Start(server), statement => statement.Runs(part), seed);

    /// <summary>Ends the trouble. Connections work on.</summary>
    public async Task CalmAsync()
    {
        await _stop.CancelAsync();
        await _trouble;
    }

    public async ValueTask DisposeAsync()
    {
        await CalmAsync();
        await _proxy.DisposeAsync();
        _stop.Dispose();
    }

    // The next fault comes with one of the next statements, so no clock decides.
    private async Task MakeTroubleAsync(SeededRandom random)
    {
        while (!_stop.IsCancellationRequested)
        {
            var occurrence = random.Between(1, 8);
            using var fault = random.Chance(50) ? _proxy.DropReply(_match, occurrence) : _proxy.CutBefore(_match, occurrence);
            await Task.WhenAny(fault.Happened, Task.Delay(Timeout.Infinite, _stop.Token));
            Faults += fault.Happened.IsCompleted ? 1 : 0;
        }
    }
}
