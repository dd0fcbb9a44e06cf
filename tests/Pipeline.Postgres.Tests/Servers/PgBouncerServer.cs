using System.Collections.Concurrent;
using System.Globalization;
using System.Net;

namespace Pipeline.Postgres.Servers;

/// <summary>A real PgBouncer in transaction mode before a server: a session of the server's serves a client for one transaction.</summary>
/// <remarks>
/// It takes every client and connects as the superuser. Prepared statements and what belongs to a session, such as LISTEN, do not work
/// behind it; the versions from 1.21, which know prepared statements, are told not to.
/// </remarks>
public sealed class PgBouncerServer : IAsyncDisposable
{
    private const int Attempts = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _output = new();
    private readonly PostgresServer _server;
    private readonly string _folder;
    private ServerProcess? _process;

    private PgBouncerServer(PostgresServer server, string folder)
    {
        _server = server;
        _folder = folder;
    }

    /// <summary>Gets the address that clients connect to.</summary>
    public IPEndPoint EndPoint { get; private set; } = new(IPAddress.Loopback, 0);

    /// <summary>Gets the last lines that it wrote, for the message of a failing test.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Starts PgBouncer and waits until it accepts connections.</summary>
    /// <param name="server">The server behind it.</param>
    /// <param name="sessions">How many sessions of the server's it opens a database.</param>
    /// <exception cref="InvalidOperationException">It did not start; the message has what it wrote.</exception>
    public static async Task<PgBouncerServer> StartAsync(PostgresServer server, int sessions = 4)
    {
        var pooler = new PgBouncerServer(server, await PostgresProgram.CreateFolderAsync());
        try
        {
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                if (await pooler.TryRunAsync(sessions))
                    return pooler;
            }

            throw new InvalidOperationException($"pgbouncer did not start. It wrote:\n{pooler.Output}");
        }
        catch
        {
            await pooler.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns what a client needs to connect to a database. It does not reset sessions, which are not its own.</summary>
    public string ConnectionString(string database) => new Npgsql.NpgsqlConnectionStringBuilder(_server.ConnectionString(database, EndPoint))
    {
        NoResetOnClose = true,
        MaxAutoPrepare = 0,
    }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> TryRunAsync(int sessions)
    {
        EndPoint = new IPEndPoint(IPAddress.Loopback, LoopbackPort.FindFree());
        var configuration = Path.Combine(_folder, "pgbouncer.ini");
        await File.WriteAllLinesAsync(configuration, Lines(sessions));
        _process = ServerProcess.Start(PostgresProgram.Start(_folder, "/usr/sbin/pgbouncer", configuration), "process up", _output);
        if (await _process.Ready.WaitAsync(Patience))
            return true;

        await _process.DisposeAsync();
        _process = null;
        return false;
    }

    private IEnumerable<string> Lines(int sessions)
    {
        var password = _server.Options.Password is { } secret ? $" password='{secret.Replace("'", "''", StringComparison.Ordinal)}'" : "";
        return
        [
            "[databases]",
            string.Create(CultureInfo.InvariantCulture, $"* = host=127.0.0.1 port={_server.Port} user={PostgresNode.Superuser}{password}"),
            "[pgbouncer]",
            "listen_addr = 127.0.0.1",
            string.Create(CultureInfo.InvariantCulture, $"listen_port = {EndPoint.Port}"),
            "unix_socket_dir =",
            "auth_type = any",
            "pool_mode = transaction",
            string.Create(CultureInfo.InvariantCulture, $"default_pool_size = {sessions}"),
            "max_client_conn = 500",
            "ignore_startup_parameters = extra_float_digits",
        ];
    }
}
