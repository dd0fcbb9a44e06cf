using Npgsql;
using Pipeline.Postgres.Servers;
using Xunit;

namespace Pipeline.Diagnostics;

/// <summary>A server that is set up as one for production is, whose settings the tests of a class change and set back.</summary>
public sealed class DoctorServer : IAsyncLifetime
{
    public PostgresServer Node { get; private set; } = null!;

    public async Task InitializeAsync() => Node = await PostgresServer.StartAsync(new()
    {
        Durable = true,
        Settings = new Dictionary<string, string> { ["max_prepared_transactions"] = "5", ["wal_level"] = "logical" },
    });

    public async Task DisposeAsync() => await Node.DisposeAsync();

    /// <summary>Changes a setting of the whole server for as long as something takes.</summary>
    public async Task WithAsync(string setting, string value, Func<Task> act)
    {
        await SetAsync($"ALTER SYSTEM SET {setting} = {value}", setting, value);
        try
        {
            await act();
        }
        finally
        {
            await SetAsync($"ALTER SYSTEM RESET {setting}", setting, "on");
        }
    }

    private async Task SetAsync(string alter, string setting, string value)
    {
        await Node.ExecuteAsync(alter);
        await Node.ExecuteAsync("SELECT pg_reload_conf()");
        await Waiting.UntilAsync(async () => string.Equals((string?)await Node.ScalarAsync($"SHOW {setting}"), value, StringComparison.Ordinal), $"{setting} to be {value}");
    }
}
